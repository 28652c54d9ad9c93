"""Vital signs: for the family by consent, for a desk during an incident, and each look is known."""

from collections import Counter
from typing import Any

import pytest

from domain.access import Actor, ConsentScope, Role
from domain.database import Database
from domain.ids import public_id
from tests.clients import BEGINNING, Api
from tests.makers.family import link_of, make_relative, set_scopes
from tests.makers.vital_signs import HEART_RATE, RESPIRATORY_RATE, make_vital_signs
from tests.signals import press
from tests.trail import trail

VITALS = """query ($id: ID!) { elder(id: $id) {
  vitals { kind value unit measuredAt device { kind } } } }"""
CHANGED = f"""subscription {{ alarmChanged(after: "{BEGINNING}") {{
  change alarm {{ elder {{ vitals {{ kind value }} }} }} }} }}"""
OPEN = "{ alarms(first: 1) { nodes { id } } }"
RESOLVE = """mutation ($id: ID!) { alarmResolve(input: {id: $id, reason: TRUE_ALARM}) {
  userErrors { code } } }"""
DRILL = """mutation ($id: ID!) { alarmDrill(input: {elderId: $id, type: SOS, severity: CRITICAL}) {
  alarm { purpose } } }"""
SEEN = """query ($id: ID!) { whoHasSeen(elder: $id, first: 5) {
  nodes { role fields objectId } } }"""

FIELDS = ["VitalSign.kind", "VitalSign.measuredAt", "VitalSign.unit", "VitalSign.value"]
SHOWN = [
    {"kind": "HEART_RATE", "value": HEART_RATE},
    {"kind": "RESPIRATORY_RATE", "value": RESPIRATORY_RATE},
]


@pytest.fixture
async def mother(api: Api, database: Database) -> str:
    """Something was measured of her. Returns: her global id."""
    await make_vital_signs(database)
    return public_id("elder", api.district.mother_id)


async def vitals(api: Api, who: Role | Actor, elder: str) -> Any:
    """What is shown of her; None where she is not."""
    found = (await api.data(who, VITALS, id=elder))["elder"]
    return found and found["vitals"]


async def resolve(api: Api) -> None:
    (alarm,) = (await api.data(Role.ADMIN, OPEN))["alarms"]["nodes"]
    done = await api.data(Role.STATION, RESOLVE, id=alarm["id"])
    assert done["alarmResolve"]["userErrors"] == []


@pytest.mark.parametrize(
    ("looks", "beside"),
    [(Role.FAMILY, ""), (Role.ADMIN, '__type(name: "Elder") { name }')],
    ids=["planned", "not"],
)
async def test_who_looks_sees_them_and_the_family_is_told(
    api: Api, database: Database, mother: str, looks: Role, beside: str
) -> None:
    query = VITALS.replace(") { elder", f") {{ {beside} elder")
    signs = (await api.data(looks, query, id=mother))["elder"]["vitals"]
    assert [{"kind": one["kind"], "value": one["value"]} for one in signs] == SHOWN
    assert {one["unit"] for one in signs} == {"/min"}
    assert all(one["measuredAt"] and one["device"]["kind"] for one in signs)
    (entry,) = await trail(database, action="read")
    assert (entry.elder_id, entry.fields) == (api.district.mother_id, FIELDS)
    for who in (Role.ELDER, Role.FAMILY):
        (row,) = (await api.data(who, SEEN, id=mother))["whoHasSeen"]["nodes"]
        assert row == {"role": looks, "fields": FIELDS, "objectId": mother}


async def test_without_the_mothers_consent_there_is_nothing_to_see(
    api: Api, database: Database, mother: str
) -> None:
    daughter = api.actor(Role.FAMILY)
    link = await link_of(database, daughter.id, api.district.mother_id)
    await set_scopes(database, link, set(ConsentScope) - {ConsentScope.VITALS})
    answer = await api.post(daughter, VITALS, {"id": mother})
    assert answer["data"]["elder"]["vitals"] is None
    assert answer["extensions"]["masked"] == [{"path": ["elder", "vitals"], "reason": "NO_CONSENT"}]
    assert await trail(database, action="read") == []


async def test_a_son_who_is_not_told_of_devices_sees_what_was_measured(
    api: Api, database: Database, mother: str
) -> None:
    son = await make_relative(database, api.district.mother_id, {ConsentScope.VITALS})
    signs = await vitals(api, son, mother)
    assert [(one["kind"], one["device"]) for one in signs] == [
        ("HEART_RATE", None),
        ("RESPIRATORY_RATE", None),
    ]


@pytest.mark.parametrize("desk", [Role.DISPATCHER, Role.STATION])
async def test_a_desk_sees_them_during_an_incident_and_not_before_or_after(
    api: Api, database: Database, mother: str, desk: Role
) -> None:
    neighbour = public_id("elder", api.district.neighbour_id)
    assert await vitals(api, desk, mother) == []
    await press(database, api.district)
    assert len(await vitals(api, desk, mother)) == len(SHOWN)
    assert not await vitals(api, desk, neighbour), "the alarm is another elder's"
    elsewhere = Actor(api.actor(desk).id, desk, "330108")
    assert await vitals(api, elsewhere, mother) is None
    await resolve(api)
    assert await vitals(api, desk, mother) == []
    (entry,) = await trail(database, action="read")
    assert (entry.role, entry.elder_id) == (desk, api.district.mother_id)


async def test_a_drill_opens_them_to_nobody(api: Api, database: Database, mother: str) -> None:
    rung = await api.data(Role.DISPATCHER, DRILL, id=mother)
    assert rung["alarmDrill"]["alarm"]["purpose"] == "DRILL"
    assert await vitals(api, Role.DISPATCHER, mother) == []
    assert await trail(database, action="read") == []


@pytest.mark.parametrize(
    "who", [Role.OFFICIAL, Role.AUDITOR, Role.VOLUNTEER, Role.ADVISOR, Role.CANTEEN, Role.VENDOR]
)
async def test_who_answers_no_alarm_never_sees_them(
    api: Api, database: Database, mother: str, who: Role
) -> None:
    await press(database, api.district)
    assert not await vitals(api, who, mother)
    assert await trail(database, action="read") == []


async def test_the_stream_shows_them_while_the_alarm_is_open_and_each_frame_is_known(
    api: Api, database: Database, mother: str
) -> None:
    without = await make_relative(database, api.district.mother_id, {ConsentScope.ALARMS})
    async with (
        api.socket(Role.FAMILY) as daughter,
        api.socket(Role.DISPATCHER) as desk,
        api.socket(without) as son,
    ):
        everybody = (daughter, desk, son)
        for socket in everybody:
            await socket.subscribe(CHANGED)
        await press(database, api.district)
        raised = [(await socket.next()) for socket in everybody]
        assert [shown(frame) for frame in raised] == [SHOWN, SHOWN, None]
        (mask,) = raised[2]["extensions"]["masked"]
        assert mask["reason"] == "NO_CONSENT"
        await resolve(api)
        resolved = [(await socket.next()) for socket in everybody]
        assert [shown(frame) for frame in resolved] == [SHOWN, [], None]
    entries = await trail(database, action="read")
    assert Counter(entry.role for entry in entries) == {Role.DISPATCHER: 1, Role.FAMILY: 2}
    assert {entry.elder_id for entry in entries} == {api.district.mother_id}
    assert {tuple(entry.fields) for entry in entries} == {("VitalSign.kind", "VitalSign.value")}


def shown(frame: dict[str, Any]) -> Any:
    return frame["data"]["alarmChanged"]["alarm"]["elder"]["vitals"]
