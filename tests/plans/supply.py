"""What a generated operation may name: ids that an actor sees or doesn't, cursors, quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from graphql import is_required_argument
from sqlalchemy import select
from sqlmodel import col

from api.plan.shapes import declared_types
from api.relay import encode_cursor
from domain.access import Actor, Role
from domain.calendar import today
from domain.canteens.models import MenuItem
from domain.database import Database
from domain.ids import public_id
from tests.plans.running import Runner
from tests.plans.shape import named, node_of
from yiyang.district.cast import District

STRANGERS = "330108"
"""A district in which none of the demo's elders lives."""

_SOME = 8

_BELOW = {
    "elder": ["alarms", "visits", "mealOrders", "assistanceCases", "familyLinks"],
    "canteen": ["orders"],
    "station": ["beds"],
    "volunteer": ["visits"],
}
"""Connections of rows; the first row that an administrator sees has some of each."""

_QUOTE = "query ($input: MealQuoteInput!) { mealQuote(input: $input) { token } }"


@dataclass(frozen=True)
class Supply:
    """Values that mean something in the database at hand.

    Parameters:
        actors: everyone who may ask, one of each role at least.
        ids: type -> ids of rows, whoever may see them.
        seen: actor, type -> ids of rows that the actor sees.
        cursors: type -> cursors of lists of it.
        tokens: actor -> quotes' tokens.
        visited: type and name of each field that has been asked for; others are wanted first.
    """

    actors: Sequence[Actor]
    ids: Mapping[str, Sequence[str]]
    seen: Mapping[tuple[Actor, str], Sequence[str]]
    cursors: Mapping[str, Sequence[str]]
    tokens: Mapping[Actor, Sequence[str]]
    visited: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


async def read_supply(runner: Runner, database: Database, district: District) -> Supply:
    """Gather them from a filled database."""
    actors = _actors(district)
    seen = await _seen(database, actors)
    admin = next(actor for actor in actors if actor.role is Role.ADMIN)
    # What there is none of has no ids.
    ids = {name: some for (actor, name), some in seen.items() if actor == admin and some}
    cursors = await _cursors(runner, admin, ids)
    return Supply(actors, ids, seen, cursors, await _tokens(runner, database, seen))


def _actors(district: District) -> list[Actor]:
    players = [
        Actor(player.account_id, role, player.region_code)
        for role, player in district.players.items()
    ]
    here = district.players[Role.STATION].account_id
    others = [
        Actor(district.neighbour_daughter_id, Role.FAMILY, None),
        Actor(here, Role.STATION, None),
        Actor(here, Role.STATION, STRANGERS),
    ]
    return [*players, *others]


async def _seen(
    database: Database, actors: Sequence[Actor]
) -> dict[tuple[Actor, str], Sequence[str]]:
    """The first and the last rows that each sees; an administrator's are more."""
    found: dict[tuple[Actor, str], Sequence[str]] = {}
    for row_type in declared_types():
        if row_type.prefix is None:
            continue
        for actor in actors:
            visible = select(row_type.key).where(row_type.visible(actor))
            some = _SOME * 3 if actor.role is Role.ADMIN else _SOME
            rows = [
                *await database.fetch(visible.order_by(row_type.key).limit(some)),
                *await database.fetch(visible.order_by(row_type.key.desc()).limit(some)),
            ]
            ids = [public_id(row_type.prefix, row[0]) for row in rows]
            found[actor, row_type.cls.__name__] = list(dict.fromkeys(ids))
    return found


async def _cursors(
    runner: Runner, admin: Actor, ids: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """Of first and last pages: whole lists', and those of some rows."""
    found: dict[str, list[str]] = {"AlarmChanged": [encode_cursor([n]) for n in (0, 1, 5, 10**6)]}
    roots = [
        name
        for name, field in named("Query").fields.items()
        if "last" in field.args and not any(map(is_required_argument, field.args.values()))
    ]
    for name in roots:
        page = f"{{ page: {name}(%s) {{ edges {{ cursor }} }} }}"
        for size in ("first: 4", "last: 3"):
            data = (await runner.ordinary(admin, page % size))["data"]
            _keep(data["page"], node_of(node_of("Query", name), "nodes"), found)
    for root, names in _BELOW.items():
        row = ids[node_of("Query", root)][0]
        for name in names:
            page = f"page: {name}(first: 5) {{ edges {{ cursor }} }}"
            data = (await runner.ordinary(admin, f'{{ row: {root}(id: "{row}") {{ {page} }} }}'))[
                "data"
            ]
            target = node_of(node_of(node_of("Query", root), name), "nodes")
            _keep(data["row"]["page"], target, found)
    return dict(found)


def _keep(page: Any, target: str, found: dict[str, list[str]]) -> None:
    found.setdefault(target, []).extend(edge["cursor"] for edge in page["edges"])


async def _tokens(
    runner: Runner, database: Database, seen: Mapping[tuple[Actor, str], Sequence[str]]
) -> dict[Actor, Sequence[str]]:
    """For whoever may order, a token of tomorrow's lunch for an elder whom they see."""
    dish = select(col(MenuItem.id)).where(col(MenuItem.day) == today() + timedelta(days=1))
    key = (await database.fetch(dish.order_by(col(MenuItem.id)).limit(1)))[0][0]
    items = [{"menuItemId": public_id("menu_item", key), "quantity": 1}]
    found: dict[Actor, Sequence[str]] = {}
    for (actor, name), ids in seen.items():
        if name == "Elder" and ids:
            wish = {"input": {"elderId": ids[0], "items": items}}
            answer = await runner.ordinary(actor, _QUOTE, wish)
            if answer["data"]:
                found[actor] = [answer["data"]["mealQuote"]["token"]]
    return found
