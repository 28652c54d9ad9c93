"""Values of every input type: mostly such as mean something, some at the edge, some wrong."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)

from domain.access import Actor
from domain.calendar import now, today
from tests.plans.supply import Supply
from tests.plans.tape import Tape


class Word(str):
    """An enum's value: bare in a document, a string among variables."""


@dataclass(frozen=True)
class Ref:
    """A variable within a value of a document."""

    name: str


@dataclass(frozen=True)
class Place:
    """Where a value stands.

    Parameters:
        name: of the argument or the input's field.
        about: the type whose id or cursor is meant, if one is.
    """

    name: str
    about: str | None = None


_CODES = ["330102", "33", "3301", "330102001", "330108", "", "3", "33010", "x", "33%", "_3"]
_NAMES = ["wang", "lx", "王", "李", "英", "", "%", "_", "\\", "a", "'", "王%", "\u0000", "👵", '"']
_TEXTS = ["", "好", 'a "b"', "a\\nb\n", "\u0000", "e" * 40, "收入超过标准", "👵🏽"]
_CURSORS = ["", "x", "W10", "e30", "WyJhIl0", "bnVsbA==", "5Lit", "W251bGwsbnVsbF0", "中"]
_LISTS = [
    "{ elders { nodes { id } } }",
    "query ($name: String) { elders(filter: {nameContains: $name}) { nodes { name } } }",
    "{ elders(first: 3) { nodes { id } } }",
    "{ viewer { id } }",
]
_RUBBISH = ["", "x", "elder_", "elder_1", "_" + "0" * 32, "elder_" + "g" * 32, "Elder:1", "1"]
_NUMBERS = [10.0, 0, -1, 1, 2, 2**31, 30.25, 120.17, 1e5]
_WRONG: dict[str, Sequence[Any]] = {
    "Int": ["1", 1.5, True, 2**31, [1, 2], {}, 10**39],
    "Float": ["1.5", True, {}, [0.5, 1]],
    "String": [1, True, {"a": "b"}, Word("BARE"), ["a", "b"]],
    "ID": [1.5, True, {}, Word("BARE"), ["a", "b"]],
    "Boolean": ["true", 1, Word("NO"), []],
    "DateTime": ["2026-02-30T00:00:00Z", "", 0, "now", "2026-01-01"],
    "Date": ["2026-02-30", "", 20260101, "today", "2026-01-01T00:00:00"],
}

ID_OF = {
    "bedId": "Bed",
    "bed": "Bed",
    "elderId": "Elder",
    "menuItemId": "MenuItem",
    "stationId": "Station",
    "station": "Station",
    "canteen": "Canteen",
    "account": "Account",
    "elder": "Elder",
    "device": "Device",
    "alarm": "Alarm",
    "volunteer": "Volunteer",
    "volunteerId": "Volunteer",
}
"""Of which type an id is, by the name of its argument or its input's field."""


class Values:
    """Makes values for one actor.

    Parameters:
        actor: whose rows are preferred.
    """

    def __init__(self, tape: Tape, supply: Supply, actor: Actor) -> None:
        self.tape = tape
        self.supply = supply
        self._actor = actor

    def of(
        self,
        kind: GraphQLInputType,
        place: Place,
        ref: Callable[[GraphQLInputType, Place, Any], Any] | None = None,
    ) -> Any:
        """A value; of a document's literal parts of it may be variables.

        Parameters:
            ref: may put a variable where a nested value would stand.
        """
        if isinstance(kind, GraphQLNonNull):
            return None if self.tape.chance(1) else self._given(kind.of_type, place, ref)
        return None if self.tape.chance(8) else self._given(kind, place, ref)

    def _given(self, kind: Any, place: Place, ref: Any) -> Any:
        if isinstance(kind, GraphQLList):
            return self._list(kind, place, ref)
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, ref)
        if self.tape.chance(1):
            return self.tape.pick(_WRONG.get(str(kind), ["WRONG", 5, {"a": 1}]))
        if isinstance(kind, GraphQLEnumType):
            return Word(self.tape.pick(list(kind.values)))
        return self._scalar(str(kind), place)

    def _list(self, kind: Any, place: Place, ref: Any) -> Any:
        if self.tape.chance(20):
            return self._nested(kind.of_type, place, ref)
        length = self.tape.pick([1, 2, 3, 0, 5])
        return [self._nested(kind.of_type, place, ref) for _ in range(length)]

    def _object(self, kind: GraphQLInputObjectType, ref: Any) -> Any:
        given: dict[str, Any] = {}
        for name, field in kind.fields.items():
            required = isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
            if self.tape.chance(99 if required else 45):
                place = Place(name, ID_OF.get(name) or _subject(kind.name, self.supply))
                given[name] = self._nested(field.type, place, ref, field.default_value)
        if self.tape.chance(1):
            given["unknown"] = 1
        return given

    def _nested(self, kind: Any, place: Place, ref: Any, default: Any = Undefined) -> Any:
        if ref is not None and self.tape.chance(15):
            return ref(kind, place, default)
        return self.of(kind, place, ref)

    def _scalar(self, kind: str, place: Place) -> Any:
        match kind:
            case "ID":
                return self._id(place)
            case "Int":
                return self._int(place)
            case "Float":
                return self.tape.pick(
                    {"longitude": [120.17], "latitude": [30.25]}.get(
                        place.name if self.tape.chance(85) else "", _NUMBERS
                    )
                )
            case "Boolean":
                # Where every other change were only tried, too few would be made.
                return self.tape.chance(20 if place.name == "dryRun" else 50)
            case "JSONObject":
                return self.tape.pick([{}, {"name": "王"}, {"name": 1}, {"other": [None]}])
            case "Date":
                days = self.tape.pick([0, 1, -1, 2, 5, -30, 400, -40])
                return (today() + timedelta(days=days)).isoformat()
            case "DateTime":
                days = self.tape.pick([0, 1, -1, 400, -400])
                return (now() + timedelta(days=days)).isoformat()
            case _:
                return self._string(place)

    def _int(self, place: Place) -> int:
        match place.name:
            case "first" | "last":
                if self.tape.chance(94):
                    return self.tape.pick([3, 2, 1, 4, 5])
                return self.tape.pick([0, 200, -1, 201, 2**31 - 1])
            case "radiusM":
                return self.tape.pick([5000, 50_000, 1, 0, 50_001, -5])
            case _:
                return self.tape.pick([1, 2, 20, 0, -1, 21])

    def _id(self, place: Place) -> str:
        about = place.about or self.tape.pick(list(self.supply.ids))
        if place.name == "id" and about not in self.supply.ids:
            about = self.tape.pick(list(self.supply.ids))
        seen = self.supply.seen.get((self._actor, about)) or self.supply.ids[about]
        if self.tape.chance(70):
            return self.tape.pick(seen)
        if self.tape.chance(65):
            return self.tape.pick(self.supply.ids[about])
        if self.tape.chance(50):
            other = self.tape.pick(list(self.supply.ids))
            return self.tape.pick(self.supply.ids[other])
        if self.tape.chance(50):
            prefix = self.supply.ids[about][0].rpartition("_")[0]
            return f"{prefix}_{UUID(int=self.tape.number(10**6)).hex}"
        return self.tape.pick(_RUBBISH)

    def _string(self, place: Place) -> str:
        match place.name:
            case "idempotencyKey" if self.tape.chance(90):
                return self.tape.pick(["1", "2", "3"])
            case "region" | "prefix":
                if self._actor.region and self.tape.chance(30):
                    return self._actor.region
                return self.tape.pick(_CODES)
            case "query":
                return self.tape.pick(_LISTS)
            case "nameContains" | "search":
                return self.tape.pick(_NAMES)
            case "after" | "before":
                return self._cursor(place)
            case "token":
                mine = self.supply.tokens.get(self._actor, ())
                every = [token for tokens in self.supply.tokens.values() for token in tokens]
                return self.tape.pick([*mine, *every, "", "x"])
            case _:
                return self.tape.pick(_TEXTS)

    def _cursor(self, place: Place) -> str:
        known = self.supply.cursors.get(place.about or "", ())
        if known and self.tape.chance(88):
            return self.tape.pick(known)
        others = [one for cursors in self.supply.cursors.values() for one in cursors[:2]]
        return self.tape.pick([*_CURSORS, *others])


def _subject(input_name: str, supply: Supply) -> str | None:
    """``BedStayEndInput`` -> ``BedStay``: the longest type's name that it begins with."""
    names = {
        **{name: name for name in supply.ids},
        "Visit": "VisitTask",
        "Condition": "ElderCondition",
        "TimeBank": "LedgerHold",
        "PointsRedeem": "LedgerAccount",
    }
    fitting = [name for name in names if input_name.startswith(name)]
    return names[max(fitting, key=len)] if fitting else None


def literal(value: Any) -> str:
    """A value in a document."""
    match value:
        case Ref(name):
            return f"${name}"
        case Word():
            return str(value)
        case None | bool() | int() | float():
            return json.dumps(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ", ".join(literal(one) for one in value) + "]"
        case _:
            fields = (f"{name}: {literal(one)}" for name, one in value.items())
            return "{" + ", ".join(fields) + "}"
