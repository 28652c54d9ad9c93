"""Which rows of a table a plan reads, as far as the actor sees them."""

from typing import Any

from sqlalchemy import select

from api.plan.arguments import Arguments
from api.plan.consents import Gate
from api.plan.records import Access, AnySelect, ordered
from api.plan.shapes import Listing, Many, OneBack, RowType, pointed_at, source_of
from domain.access import Actor, Role

Pointing = Many | OneBack | Listing
"""Declarations of rows that point to a row."""


class Reads:
    """The reads of one plan.

    Parameters:
        role: of whoever asks.
        by_key: whether the plan begins at one row by its key.
    """

    def __init__(self, arguments: Arguments, role: Role, *, by_key: bool) -> None:
        self._arguments = arguments
        self._role = role
        self._by_key = by_key

    @property
    def actor(self) -> Actor:
        """Whoever asks, for predicates."""
        return self._arguments.actor()

    def pointing(
        self, access: Access, declaration: Pointing, columns: list[Any], consent: Gate | None
    ) -> AnySelect:
        """The rows that point to a row of an access.

        Parameters:
            consent: what lets the actor see them, where something has to.
        """
        target = source_of(declaration.column)
        key = access.alias.c[key_for(access, declaration).key]
        seen = [] if self._known(target, declaration, consent) else [target.visible(self.actor)]
        return (
            select(*columns)
            .select_from(target.table)
            .where(declaration.column == key, *seen)
            .correlate(access.alias)
        )

    def _known(self, target: RowType, declaration: Pointing, consent: Gate | None) -> bool:
        """Whether the row that leads there, and the consent, are seen exactly where these are."""
        asked = target.visible.consent(self._role)
        allowed = asked is None or (consent is not None and consent.scope is asked)
        return allowed and target.visible.seen_with(self._role) is declaration.column

    def children(
        self,
        access: Access,
        declaration: Pointing,
        columns: list[Any],
        consent: Gate | None = None,
        *,
        reverse: bool = False,
        day: Any = None,
    ) -> AnySelect:
        """Those of them that the declaration means, in its order.

        Parameters:
            day: of which they are asked for, where the declaration is of a day.
        """
        statement = self.pointing(access, declaration, columns, consent)
        where = None if isinstance(declaration, Listing) else declaration.where
        if where is not None:
            statement = statement.where(where)
        if isinstance(declaration, Many) and declaration.on is not None:
            statement = statement.where(declaration.on(day))
        return statement.order_by(*ordered(declaration.order, _itself, reverse=reverse))

    def seen_one(self, target: RowType, *, known: bool) -> list[Any]:
        """The actor's predicate, for a row that is found by its key.

        Parameters:
            known: whether the row that leads there is only seen where this one is.
        """
        of_one_row = self._by_key and target.visible.asks_own_region(self._role)
        return [] if known else [target.visible(self._arguments.actor(of_one_row=of_one_row))]


def key_for(access: Access, declaration: Pointing) -> Any:
    """The column of a row that others point at."""
    return getattr(access.row_type.model, pointed_at(declaration.column))


def only(consent: Gate | None, made: Any) -> Any:
    """SQL that is read only where a consent lets it be shown, if one has to."""
    return made if consent is None else consent.only(made)


def _itself(_: int, column: Any) -> Any:
    return column
