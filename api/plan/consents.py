"""Fields that the family sees only with the elder's consent, in SQL.

The guardian, the elder and those who work for them need none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, case, func, literal, select

from api.plan.records import Access, AnySelect, Record
from api.plan.shapes import Consented, source_of
from domain.access import Actor, ConsentScope
from domain.elders.visibility import linked
from domain.family.models import UNTIL, FamilyLink

NO_CONSENT = "NO_CONSENT"
"""Why such a field is null, in ``extensions.masked``."""

ELDER: Any = FamilyLink.elder_id
"""The foreign key of a link that says whose consents are in it."""


def statement(actor: Actor, elders: Sequence[Any]) -> AnySelect:
    """For each of some elders whom the actor is linked to: the key, and whether each scope is open
    to the actor, in the scopes' order."""
    keys = literal(list(elders), ARRAY(Uuid()))
    columns = [until > func.now() for until in UNTIL.values()]
    return select(ELDER, *columns).where(linked(actor), any_(keys) == ELDER)


def scopes_of(row: Sequence[Any]) -> frozenset[ConsentScope]:
    """The scopes that are open in a row of that statement."""
    return frozenset(scope for scope, is_open in zip(UNTIL, row[1:], strict=True) if is_open)


@dataclass(frozen=True)
class Gate:
    """Whether an elder shows something to the actor, in a plan.

    Parameters:
        is_open: the SQL, once all accesses have been built.
        place: of its value in the row.
    """

    scope: ConsentScope
    is_open: Callable[[], ColumnElement[bool]]
    place: str

    def only(self, made: Any) -> Any:
        """SQL that is read only where it is shown."""
        return case((self.is_open(), made), else_=None)


def gate(
    record: Record, row: Access, field: Consented, access: Callable[..., Access], actor: Actor
) -> Gate:
    """Look into the link beside an elder's row, or one that has to do with an elder: one join for
    all scopes.

    Parameters:
        access: makes a reading of a table.
    """
    until, key = UNTIL[field.scope], row.need(field.elder)

    def link() -> Access:
        return access(source_of(ELDER), reading, on=of_the_elder)

    def reading(columns: list[Any]) -> AnySelect:
        return select(*columns).where(linked(actor))

    def of_the_elder(link: Any) -> ColumnElement[bool]:
        return link.c[ELDER.key] == row.alias.c[key]

    found = record.join((row.name, "consents"), link)
    found.need(ELDER)
    column = found.need(until)

    def is_open() -> ColumnElement[bool]:
        return found.alias.c[column] > func.now()

    return Gate(field.scope, is_open, record.slot((found.name, field.scope.value), is_open))
