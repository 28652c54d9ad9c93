"""Who is on call: by the roster, and all who work there where it has a gap."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.access import Role
from domain.alarms.models import Alarm
from domain.alarms.service import raise_alarms
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.notifications.recipients import recipients
from domain.rosters.duty import uncovered
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.colleagues import make_colleague
from tests.signals import sos
from yiyang.district.cast import District

ADD = """mutation ($input: OnCallShiftAddInput!) { onCallShiftAdd(input: $input) {
    onCallShift { id version backup since until account { id } region { code } station { id }
      setBy { id } }
    userErrors { code field } } }"""
END = """mutation ($input: OnCallShiftEndInput!) { onCallShiftEnd(input: $input) {
    onCallShift { since until } userErrors { code field } } }"""
HAND_OVER = """mutation ($input: OnCallShiftHandOverInput!) { onCallShiftHandOver(input: $input) {
    onCallShift { id account { id } since until } userErrors { code field } } }"""
WHO = """query ($region: String, $station: ID, $at: DateTime) {
    onCall(regionCode: $region, stationId: $station, at: $at) {
      account { id } shift { id backup } } }"""
GAPS = """query ($region: String, $since: DateTime!, $until: DateTime!) {
    onCallGaps(regionCode: $region, since: $since, until: $until) { since until } }"""
HOUR = timedelta(hours=1)
DISTRICT = "330102"
"""Where the cast's dispatcher has the desk."""


def moment(at: datetime) -> str:
    return at.isoformat()


async def add(api: Api, role: Role, account: str, since: datetime, **more: Any) -> Any:
    """A shift of eight hours at the district's desk, unless told otherwise."""
    wish = {"regionCode": DISTRICT, "accountId": account, "since": moment(since)}
    wish |= {"until": moment(since + 8 * HOUR)}
    answer = await api.data(role, ADD, input={k: v for k, v in (wish | more).items() if v})
    return answer["onCallShiftAdd"]


def errors(payload: Any) -> list[tuple[str, str | None]]:
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


async def who(api: Api, **asked: Any) -> list[str]:
    found = (await api.data(Role.OFFICIAL, WHO, **asked))["onCall"]
    return [one["account"]["id"] for one in found]


@pytest.fixture
def dispatcher(district: District) -> str:
    return public_id("account", district.players[Role.DISPATCHER].account_id)


async def test_those_on_call_are_told_and_where_nobody_is_all_are(
    api: Api, database: Database, district: District, vault: Vault, dispatcher: str
) -> None:
    colleague = await make_colleague(
        database, api.actor(Role.DISPATCHER), await make_person(database)
    )
    other, moment_of = public_id("account", colleague.id), now()
    everybody = await who(api, region=DISTRICT)
    assert {dispatcher, other} <= set(everybody)
    backup = await add(api, Role.DISPATCHER, other, moment_of - HOUR, backup=True)
    first = await add(api, Role.OFFICIAL, dispatcher, moment_of - HOUR)
    assert errors(backup) == errors(first) == []
    assert first["onCallShift"]["setBy"]["id"] == public_id("account", api.actor(Role.OFFICIAL).id)
    assert await who(api, region=DISTRICT) == [dispatcher, other]
    async with database.transaction("test") as session:
        await raise_alarms(session, [await sos(session, district)])
        alarm = (await session.scalars(select(Alarm))).one()
        told = await recipients(session, vault, alarm, 2)
    assert [(public_id("account", one.account.id), one.rank) for one in told] == [
        (dispatcher, 0),
        (other, 1),
    ]
    assert await who(api, region=DISTRICT, at=moment(moment_of + 9 * HOUR)) == everybody


async def test_a_shift_is_handed_over_and_ended_and_leaves_a_gap(
    api: Api, database: Database, dispatcher: str
) -> None:
    colleague = await make_colleague(database, api.actor(Role.DISPATCHER))
    other, begins = public_id("account", colleague.id), now().replace(microsecond=0) + 2 * HOUR
    shift = (await add(api, Role.DISPATCHER, dispatcher, begins))["onCallShift"]
    given = {"id": shift["id"], "accountId": other, "expectedVersion": shift["version"]}
    taken = (await api.data(Role.DISPATCHER, HAND_OVER, input=given))["onCallShiftHandOver"]
    assert taken["onCallShift"]["account"]["id"] == other
    assert taken["onCallShift"]["since"] == shift["since"]
    assert taken["onCallShift"]["until"] == shift["until"]
    again = (await api.data(Role.DISPATCHER, HAND_OVER, input=given))["onCallShiftHandOver"]
    assert errors(again) == [("VERSION_CONFLICT", "expectedVersion")]
    asked = {"region": DISTRICT, "since": moment(begins - HOUR), "until": moment(begins + 9 * HOUR)}
    gaps = (await api.data(Role.DISPATCHER, GAPS, **asked))["onCallGaps"]
    assert [gap["until"] for gap in gaps] == [shift["since"], gaps[1]["until"]]
    assert gaps[1]["since"] == shift["until"]
    ended = (await api.data(Role.DISPATCHER, END, input={"id": taken["onCallShift"]["id"]}))[
        "onCallShiftEnd"
    ]
    assert ended["onCallShift"]["until"] == ended["onCallShift"]["since"]
    assert len((await api.data(Role.DISPATCHER, GAPS, **asked))["onCallGaps"]) == 1


async def test_nobody_is_on_call_at_two_places_at_once(api: Api, dispatcher: str) -> None:
    begins = now() + HOUR
    answers = await asyncio.gather(
        *(add(api, Role.ADMIN, dispatcher, begins + n * HOUR) for n in range(4))
    )
    told = sorted(str(errors(answer)) for answer in answers)
    assert told == ["[('TIMES_OVERLAP', None)]"] * 3 + ["[]"]


@pytest.mark.parametrize(
    ("role", "more", "error"),
    [
        (Role.FAMILY, {}, ("PERMISSION_DENIED", None)),
        (Role.STATION, {}, ("PERMISSION_DENIED", "regionCode")),
        (Role.OFFICIAL, {"regionCode": "3301"}, ("PERMISSION_DENIED", "regionCode")),
        (Role.OFFICIAL, {"regionCode": "99"}, ("NOT_FOUND", "regionCode")),
        (Role.OFFICIAL, {"regionCode": None}, ("INVALID_INPUT", "stationId")),
        (Role.OFFICIAL, {"account": Role.STATION}, ("INVALID_INPUT", "accountId")),
        (Role.OFFICIAL, {"hours": 24 * 40}, ("INVALID_INPUT", "until")),
        (Role.OFFICIAL, {"hours": -9}, ("INVALID_INPUT", "until")),
    ],
    ids=["family", "station", "above", "nowhere", "no-place", "not-there", "long", "over"],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    api: Api, dispatcher: str, role: Role, more: dict[str, Any], error: tuple[str, str | None]
) -> None:
    begins, wish = now(), dict(more)
    if "account" in wish:
        dispatcher = public_id("account", api.actor(wish.pop("account")).id)
    if "hours" in wish:
        wish["until"] = moment(begins + wish.pop("hours") * HOUR)
    everybody = await who(api, region=DISTRICT)
    assert errors(await add(api, role, dispatcher, begins, **wish)) == [error]
    assert await who(api, region=DISTRICT) == everybody


_MINUTES = st.tuples(st.integers(0, 60), st.integers(0, 60))


@given(st.lists(_MINUTES, max_size=6), _MINUTES)
def test_gaps_are_the_minutes_that_nobody_covers(
    spans: list[tuple[int, int]], window: tuple[int, int]
) -> None:
    began = now()
    at = [began + timedelta(minutes=minute) for minute in range(61)]
    since, until = sorted(window)
    found = uncovered([(at[a], at[b]) for a, b in spans], at[since], at[until])
    open_minutes = [
        minute for minute in range(since, until) if not any(a <= minute < b for a, b in spans)
    ]
    assert [
        minute for minute in range(61) if any(gap.since <= at[minute] < gap.until for gap in found)
    ] == open_minutes
    assert all(one.until < two.since for one, two in pairwise(found))
