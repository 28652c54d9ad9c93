"""Operations that are easy to get wrong, written by hand: both executions answer them alike."""

import json
import logging
from collections.abc import AsyncGenerator
from itertools import cycle
from typing import Any
from uuid import uuid4

import orjson
import pytest

from api.plan.shapes import row_type_of_table
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.ids import public_id
from domain.regions.models import Region
from domain.row_access import RowAccess
from domain.stations.models import Station
from tests.conftest import Template
from tests.plans.ground import Ground, open_ground
from tests.plans.known import LEFT_OUT, MERGED, ON_INTERFACES, PAGES, Known
from tests.plans.known_values import CIRCLES, HIDDEN, TOGETHER, VALUES
from tests.plans.operations import Asked, Asking
from tests.plans.shape import named, node_of
from tests.plans.trial import Trial

ALL: dict[str, Known] = {
    f"{group}: {name}": known
    for group, shapes in {
        "merged": MERGED,
        "on interfaces": ON_INTERFACES,
        "left out": LEFT_OUT,
        "pages": PAGES,
        "circles": CIRCLES,
        "hidden": HIDDEN,
        "values": VALUES,
        "together": TOGETHER,
    }.items()
    for name, known in shapes.items()
}

FOR_ALL = """
query ($n: Int!, $mother: ID!) {
  viewer { name role region { name } } elder(id: $mother) { ...E }
  elders(first: $n) { totalCount nodes { ...E } } visitTasks(last: $n) { nodes { ...V } }
  mealOrders(first: $n) { nodes { recipient subsidyReason elder { name } placedBy { name } state } }
  alarms(first: $n) { nodes { spokenText availableActions elder { name } device { online } } }
  assistanceCases(first: $n) { nodes { clock { dueOn } submittedBy { name } history { note } } }
}
fragment E on Elder { name fullAddress tags contacts { name } currentStay { id } devices { kind } }
fragment V on VisitTask { state elder { name } volunteer { name } history { account { name } } }
"""

CRITERIA: dict[str, list[Any]] = {
    "region": ["330102", "33", "", "9"],
    "prefix": ["330102001", "3"],
    "nameContains": ["王", "%", ""],
    "search": ["王", "wang", "w", "%", "", "\u0000"],
    "idNumber": ["330102194105300281", "0281", "330102****0281", ""],
    "asOf": ["2026-01-01", "0001-01-01", "9999-12-31"],
    "near": [{"longitude": 120.17, "latitude": 30.24, "radiusM": 3000}],
    "station": ["STATION", "ABSENT"],
    "bed": ["BED", "ABSENT"],
    "openAt": ["2026-03-02T09:00:00+08:00", "0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z"],
    "openOn": ["2026-01-01", "0001-01-01"],
    "occupiedOn": ["2026-01-01", "0001-01-01", "9999-12-31"],
    "canteen": ["CANTEEN"],
    "day": ["2026-01-01"],
    "expiringBefore": ["2126-01-01", "1999-01-01"],
    "account": ["DAUGHTER", "ABSENT"],
    "elder": ["MOTHER", "ABSENT"],
    "action": ["read", "nothing"],
    "since": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "until": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "webhook": ["webhook_" + "0" * 32, "x"],
    "storedFrom": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "storedTo": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "scheduledFrom": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "scheduledTo": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "unverifiedFor": [0, 7, -1],
    "on": ["2026-01-01", "9999-12-31"],
    "noContact": [{}, {"days": 1}, {"days": 3660}, {"days": 0}],
    "lapsedOn": ["2026-01-01", "9999-12-31"],
    "qualification": [{}, {"asOf": "2026-01-20"}, {"qualified": False, "trained": True}],
    "month": [{"month": "2026-01-15"}, {"month": "2026-01-15", "asOf": "2026-01-20"}],
    "answeredWithin": [0, 60, 2**31 - 1, -1],
    "unansweredFor": [0, 60, 2**31 - 1, -1],
    "arrivedWithin": [0, 600, 2**31 - 1, -1],
    "notArrivedFor": [0, 600, 2**31 - 1, -1],
    "alarm": ["ALARM", "OTHER_ALARM", "ABSENT"],
    "template": ["a-template", ""],
    "visitWindow": ["visit_window_" + "0" * 32, "x"],
    "visitTask": ["VISIT", "ABSENT"],
    "visitsIn": ["330102001051", "33", "", "9"],
    "availableAt": ["2026-01-01T00:00:00+08:00", "2126-01-01T00:00:00Z"],
    "volunteer": ["volunteer_" + "0" * 32, "x"],
}

REQUIRED = {
    "alone": '{{ bed(id: "BED") {{ label station {{ name }} }} {0}: __typename }}',
    "below a nullable one": """{{ elder(id: "WARD") {{ name currentStay {{ id
        bed {{ label station {{ name }} }} }} region {{ name }} }} {0}: __typename }}""",
    "in a list": "{{ beds(first: 3) {{ nodes {{ label station {{ name }} }} }} {0}: __typename }}",
    "among nodes": """{{ nodes(ids: ["MOTHER", "BED", "STATION"]) {{ id
        ... on Bed {{ station {{ name }} }} ... on Elder {{ region {{ code }} }} }}
        {0}: __typename }}""",
    "in edges": """{{ viewer {{ name }} beds(last: 2) {{ totalCount
        edges {{ cursor node {{ station {{ name }} }} }} }} {0}: __typename }}""",
}

HIDING = [
    *((where, Station) for where in REQUIRED),
    ("below a nullable one", Region),
    ("among nodes", Region),
]
"""Where a row is required, and the table that hides it."""


@pytest.fixture(scope="module")
async def ground(cluster: str, template: Template, vault: Vault) -> AsyncGenerator[Ground, None]:
    """A database for all of them."""
    async with open_ground(cluster, template, vault, "plans_known") as opened:
        yield opened


@pytest.fixture
def words(ground: Ground) -> dict[str, str]:
    """What the words in capitals stand for."""
    district, supply = ground.district, ground.supply
    return {
        "CURSOR_OF_ELDERS": supply.cursors["Elder"][0],
        "CURSOR_OF_VISITS": supply.cursors["VisitTask"][2],
        "CURSOR_OF_ALARMS": supply.cursors["Alarm"][0],
        "OTHER_ALARM": public_id("alarm", uuid4()),
        "ABSENT": public_id("elder", uuid4()),
        "MOTHER": public_id("elder", district.mother_id),
        "WARD": public_id("elder", district.ward_id),
        "DAUGHTER": public_id("account", district.daughter_id),
        "ALARM": supply.ids["Alarm"][-1],
        "STATION": public_id("station", district.station_id),
        "CANTEEN": public_id("canteen", district.canteen_id),
        "ORDER": supply.seen[player(ground, Role.CANTEEN), "MealOrder"][0],
        "VISIT": public_id("visit_task", district.open_visit_id),
        "BED": supply.ids["Bed"][0],
    }


def player(ground: Ground, role: Role) -> Actor:
    """The first of a role."""
    return next(actor for actor in ground.supply.actors if actor.role is role)


def filled(text: Any, words: dict[str, str]) -> Any:
    """A text, or all texts in a value, with words replaced."""
    whole = json.dumps(text)
    for word, meant in words.items():
        whole = whole.replace(word, meant)
    return json.loads(whole)


async def answers(
    ground: Ground, document: str, askings: list[Asking]
) -> tuple[list[dict[str, Any]], list[bool]]:
    """What each was answered, by both alike, and whether by a plan."""
    trial, bodies, planned = Trial(ground), list[dict[str, Any]](), list[bool]()
    for asking in askings:
        asked = Asked(document, document.startswith("mutation"), frozenset(), [asking])
        outcome, _ = await trial.of_one(asked, asking)
        bodies.append(outcome.body)
        planned.append(outcome.answer.planned)
    return bodies, planned


@pytest.mark.parametrize("name", ALL)
async def test_known(ground: Ground, words: dict[str, str], name: str) -> None:
    known = ALL[name]
    actor = player(ground, known.role)
    given = filled(list(known.variables), words)
    askings = [Asking(actor, Language.EN, one, None) for one in given]
    bodies, planned = await answers(ground, filled(known.document, words), askings)
    shown = orjson.dumps(bodies).decode()
    for text in known.shows:
        assert text in shown, shown
    assert not known.planned or all(planned)
    if known.planned:
        assert '"errors"' not in shown


async def test_each_role_in_turn_in_other_languages(ground: Ground, words: dict[str, str]) -> None:
    """One document in memory serves all of them; nobody gets what was meant for another."""
    languages = cycle(Language)
    askings = [
        Asking(actor, next(languages), {"n": n, "mother": words["MOTHER"]}, None)
        for n in (2, 3)
        for actor in ground.supply.actors
    ]
    bodies, planned = await answers(ground, FOR_ALL, askings)
    assert all(planned)
    assert len({orjson.dumps(body) for body in bodies}) > 20


def filters() -> list[tuple[str, str]]:
    """Every root list and every criterion of its filter; a list around a point is not planned."""
    return [
        (name, criterion)
        for name, field in named("Query").fields.items()
        if {"filter", "last"} <= field.args.keys() and "near" not in field.args
        for criterion in named(str(field.args["filter"].type)).fields
    ]


@pytest.mark.parametrize(("root", "criterion"), filters())
async def test_criterion(ground: Ground, words: dict[str, str], root: str, criterion: str) -> None:
    """As a variable, within one, and not at all; alone it need not find anything."""
    kind = named("Query").fields[root].args["filter"].type
    wanted = kind.fields[criterion].type
    values = CRITERIA.get(criterion) or _values_of(wanted)
    selected = "totalCount nodes { __typename } pageInfo { endCursor hasNextPage }"
    document = f"""query ($f: {kind}, $c: {wanted}) {{
        whole: {root}(first: 3, filter: $f) {{ {selected} }}
        part: {root}(last: 2, filter: {{{criterion}: $c}}) {{ {selected} }} }}"""
    given = [{"f": {criterion: value}, "c": value} for value in [None, *filled(values, words)]]
    askings = [
        Asking(player(ground, role), Language.EN, one, None)
        for role in (Role.ADMIN, Role.STATION)  # who sees all, and who sees a part
        for one in [*given, {}, {"f": {}}]
    ]
    bodies, _ = await answers(ground, document, askings)
    assert "errors" not in bodies[-1]
    assert node_of("Query", root).endswith("Connection")


def _values_of(kind: Any) -> list[Any]:
    if str(kind) == "Boolean":
        return [True, False]
    if str(kind).startswith("["):
        names = list(kind.of_type.of_type.values)
        return [names[0], names[:2], names, []]
    return list(kind.values)


@pytest.mark.parametrize(("where", "model"), HIDING)
async def test_a_hidden_row_in_a_required_place(
    ground: Ground,
    words: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
    model: Any,
) -> None:
    """No role of ours has one, for what is required is public; here nothing of a table is seen.
    The null goes up to the nearest place where there may be one."""
    caplog.set_level(logging.CRITICAL, "yiyang.errors")
    monkeypatch.setattr(row_type_of_table(model.__table__), "visible", RowAccess({}))
    # A document of its own: what was made of another knows the rule as it was.
    document = filled(REQUIRED[where].format(f"of{uuid4().hex}"), words)
    asking = Asking(player(ground, Role.ADMIN), Language.EN, None, None)
    (body,), _ = await answers(ground, document, [asking])
    assert {error["extensions"]["code"] for error in body["errors"]} == {"INTERNAL"}
