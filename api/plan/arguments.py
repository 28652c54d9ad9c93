"""The values that a planned statement is run with."""

from typing import Any

from sqlalchemy import Text, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import TypeEngine

from domain.access import Actor, DataScope, Role
from domain.row_access import anyone
from domain.tables import Subtree


def out_of_reach(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a value that no index is to be searched for, where it bounds a region.

    A plan that knows no values takes a district for a narrow range of an index, and would walk it
    to find a single key: 2.1 ms for 0.2 ms at 227,100 elders. Under the name of POSIX the bounds
    mean the same, and no index has that order.
    """
    return Text(collation="POSIX") if isinstance(kind, Text) else kind


class Arguments:
    """The arguments of one statement, numbered in the order in which its text names them.

    Parameters:
        role: of whoever asks.
        has_region: whether they have a region.
        scopes: of the OAuth client that asks; None for a person.
    """

    def __init__(
        self, role: Role, *, has_region: bool, scopes: frozenset[DataScope] | None = None
    ) -> None:
        self.sources: list[str] = []
        """Python expressions over ``a``, the actor, ``t``, the subtree of the actor's region, and
        ``v``, the request's values."""
        self.few: set[int] = set()
        """Places of values of which there are few."""
        self.regions: list[tuple[int, int]] = []
        """Places of the bounds of a region each."""
        self.keyed = False
        """Whether there are values of which the hash is given."""
        self.anew = False
        """Whether there are values that change PostgreSQL's plan and may be anything."""
        self._role = role
        self._has_region = has_region
        self._scopes = scopes

    def value(self, place: int, kind: TypeEngine[Any]) -> "Given":
        """One of the request's values."""
        return Given(self, f"v[{place}]", kind)

    def actor(self, *, of_one_row: bool = False) -> Actor:
        """Whoever asks, for predicates: the key and the region's bounds are bound at each run.

        Parameters:
            of_one_row: whether the predicate is about a row that is found by its key.
        """
        kind = out_of_reach(Text()) if of_one_row else Text()
        bounds = (Given(self, f"t.{name}", kind) for name in ("first", "beyond"))
        region = Subtree(*bounds) if self._has_region else None
        return anyone(self._role, Given(self, "a.id", Uuid()), region, self._scopes)

    def number(self, source: str) -> int:
        """The place of a value among the arguments, from 1."""
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source) + 1


class Given(ColumnElement[Any]):
    """A value that is bound when the statement runs: ``$1``."""

    inherit_cache = False

    def __init__(self, arguments: Arguments, source: str, kind: TypeEngine[Any]) -> None:
        self.arguments = arguments
        self.source = source
        self.type = kind


@compiles(Given)
def _given(element: Given, compiler: Any, **_: Any) -> str:
    kind = compiler.dialect.type_compiler_instance.process(element.type)
    return f"${element.arguments.number(element.source)}::{kind}"
