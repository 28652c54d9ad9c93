"""Which rows of a table each role sees: a rule in words and the same rule in SQL.

A role without a rule sees no row. The words become ``docs/access.md``.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from domain.access import REGION_ROLES, Actor, ConsentScope, DataScope, Role
from domain.tables import Subtree, within

Predicate = Callable[[Actor], ColumnElement[bool]]


def anyone(
    role: Role,
    id: ColumnElement[Any],
    region: Subtree | None,
    scopes: frozenset[DataScope] | None = None,
) -> Actor:
    """Whoever has a role, for predicates only: the same SQL serves every such actor.

    Parameters:
        id: SQL that will be the account's key, for example a bind parameter.
        region: SQL that will be the range of the actor's region; None for actors without one.
    """
    # A predicate does with these nothing but compare columns with them.
    return Actor(cast(Any, id), role, cast(Any, region), scopes)


@dataclass(frozen=True)
class RowRule:
    """What one role sees of a table.

    Parameters:
        words: for people, for example ``of linked elders``.
        predicate: the same in SQL, for one actor of that role.
        seen_with: a foreign key, where of the rows that point there only those are seen whose row
            there the same actor sees, and without a ``consent`` all of them: who comes from there
            need not ask again.
        own_region: whether it asks for a region of the row's own.
        scope: what an OAuth client needs beside the role.
        consent: the consent of the elder that it asks for beside; then not all rows are seen that
            belong to an elder who is.
    """

    words: str
    predicate: Predicate
    seen_with: Any = None
    own_region: bool = False
    scope: DataScope | None = None
    consent: ConsentScope | None = None


Rules = Mapping[Role, RowRule]


class RowAccess:
    """The rows of a table that an actor may see; called with the actor, it is the predicate.

    Parameters:
        rules: what each role sees; a role that is not named sees nothing.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = dict(rules)

    def __call__(self, actor: Actor) -> ColumnElement[bool]:
        """The predicate that every read on behalf of the actor applies."""
        rule = self._rules.get(actor.role)
        return rule.predicate(actor) if rule and actor.reads(rule.scope) else false()

    def words(self, role: Role) -> str | None:
        """What a role sees, for people; None for nothing."""
        rule = self._rules.get(role)
        return rule.words if rule else None

    def scope(self, role: Role) -> DataScope | None:
        """What an OAuth client of a role needs to see a row."""
        rule = self._rules.get(role)
        return rule.scope if rule else None

    def seen_with(self, role: Role) -> Any:
        """The foreign key of the row with which a role sees a row, and without which it doesn't;
        None where the rows are seen for themselves."""
        rule = self._rules.get(role)
        return rule.seen_with if rule else None

    def consent(self, role: Role) -> ConsentScope | None:
        """The consent that a role needs beside; None where it needs none."""
        rule = self._rules.get(role)
        return rule.consent if rule else None

    def beside(self, actor: Actor, column: Any) -> list[ColumnElement[bool]]:
        """What else must hold of rows that are found by a row that the actor sees; nothing, where
        they are seen with it.

        Parameters:
            column: the foreign key by which they are found.
        """
        with_it = self.seen_with(actor.role) is column and self.consent(actor.role) is None
        return [] if with_it else [self(actor)]

    def asks_own_region(self, role: Role) -> bool:
        """Whether a role sees rows by a region of their own."""
        rule = self._rules.get(role)
        return rule.own_region if rule else False

    def of_roles(self, roles: Container[Role]) -> "RowAccess":
        """The same access for some roles, and none for the others."""
        return RowAccess({role: rule for role, rule in self._rules.items() if role in roles})

    def through(self, column: Any, key: Any) -> "RowAccess":
        """The access to rows that belong to these rows, and are seen with them.

        Parameters:
            column: the foreign key of the belonging table.
            key: the column of this table that it points to.
        """
        return RowAccess(
            {role: _belonging(rule, column, key) for role, rule in self._rules.items()}
        )


def _belonging(rule: RowRule, column: Any, key: Any) -> RowRule:
    if rule is EVERY_ROW:
        return rule

    def predicate(actor: Actor) -> ColumnElement[bool]:
        return column.in_(select(key).where(rule.predicate(actor)))

    return RowRule(rule.words, predicate, seen_with=column, scope=rule.scope)


def either(*rules: RowRule) -> RowRule:
    """Rows of any of some rules."""
    words = ", and ".join(rule.words for rule in rules)
    return RowRule(words, lambda actor: or_(*(rule.predicate(actor) for rule in rules)))


def only(rule: RowRule, condition: ColumnElement[bool], words: str) -> RowRule:
    """Of a rule's rows those of which something holds.

    Parameters:
        words: what holds, for people; they follow the rule's.
    """

    def predicate(actor: Actor) -> ColumnElement[bool]:
        return and_(rule.predicate(actor), condition)

    # Who sees the row that these belong to does not see all of them.
    return replace(rule, words=f"{rule.words}, {words}", predicate=predicate, seen_with=None)


EVERY_ROW = RowRule("all", lambda _: true())

PUBLIC = RowAccess(dict.fromkeys(Role, EVERY_ROW))
"""Rows that hold nothing about any person: whoever has signed in sees them all."""


def in_region(column: Any) -> RowRule:
    """Rows of the actor's region; without a region none.

    Parameters:
        column: the row's region code.
    """

    def predicate(actor: Actor) -> ColumnElement[bool]:
        return within(column, actor.region) if actor.region else false()

    return RowRule("of the region", predicate, own_region=True)


def counting_in_region(column: Any) -> RowRule:
    """What is set for divisions of the actor's region, and for those above it, as this counts
    there too.

    Parameters:
        column: the division's code.
    """

    def predicate(actor: Actor) -> ColumnElement[bool]:
        if not actor.region:
            return false()
        # The first code of a subtree is its root's own.
        region = actor.region
        root: Any = region.first if isinstance(region, Subtree) else region
        return or_(within(column, region), func.starts_with(root, column))

    return RowRule("of the region's divisions, and those above it", predicate)


def region_staff(rule: RowRule) -> Rules:
    """The same rule for everyone who works for a region."""
    return dict.fromkeys(REGION_ROLES, rule)
