"""What people do about alarms and incidents, as clients do it: whom they send, what they write."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms.models import Alarm, AlarmPurpose, AlarmSeverity, AlarmType, Incident
from domain.alarms.service import raise_alarms
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.regions.models import Region
from tests.clients import Api
from tests.makers.accounts import make_account
from tests.signals import press, sos
from yiyang.district.cast import District

ALARM = """id state version snoozedUntil purpose dispatchedTo { id } assignedTo { id }
  incident { id state severity version alarms(first: 9) { nodes { id state } } }"""
VERB = """mutation ($input: %sInput!) { %s(input: $input) {
  alarm { ALARM } userErrors { code field } } }""".replace("ALARM", ALARM)
INCIDENT = """mutation ($input: %sInput!) { %s(input: $input) {
  incident { state version availableActions alarms(first: 9) { nodes { type state } } }
  userErrors { code field } } }"""
LOG = """query ($id: ID!, $after: String) { alarm(id: $id) { log(first: 2, after: $after) {
  totalCount nodes { change note account { id } } pageInfo { endCursor hasNextPage } } } }"""
SENT = """query ($id: ID!) { alarm(id: $id) { state availableActions
  elder { id fullAddress } log(first: 9) { nodes { change } } } }"""


async def raised(
    database: Database, district: District, *types: AlarmType, purpose: str = "REAL"
) -> list[str]:
    """Alarms of the mother that ring at once."""
    async with database.transaction("test") as session:
        signal = replace(await sos(session, district), purpose=AlarmPurpose(purpose))
        urgent = {AlarmType.SOS: AlarmSeverity.CRITICAL}
        await raise_alarms(
            session,
            [replace(signal, type=one, severity=urgent.get(one, "MINOR")) for one in types],  # pyright: ignore[reportArgumentType] - stored as text either way
        )
    found = select(col(Alarm.id)).order_by(col(Alarm.id)).where(col(Alarm.state) == "RAISED")
    return [public_id("alarm", row[0]) for row in await database.fetch(found)]


async def does(api: Api, who: Role | Actor, verb: str, **given: Any) -> Any:
    name = f"{verb[0].upper()}{verb[1:]}"
    query = (INCIDENT if verb.startswith("incident") else VERB) % (name, verb)
    return (await api.data(who, query, input=given))[verb]


async def sees_to(api: Api, who: Role | Actor, verb: str, **given: Any) -> Any:
    answer = await does(api, who, verb, **given)
    assert answer["userErrors"] == []
    return answer.get("alarm") or answer["incident"]


async def refused(api: Api, who: Role | Actor, verb: str, **given: Any) -> tuple[str, str]:
    ((error),) = (await does(api, who, verb, **given))["userErrors"]
    return error["code"], error["field"]


async def test_whoever_is_sent_sees_where_to_go_until_it_is_over(
    api: Api, database: Database
) -> None:
    (alarm,) = await raised(database, api.district, AlarmType.SOS)
    region = api.actor(Role.STATION).region
    volunteer = await make_account(database, Role.VOLUNTEER, region_code=region)
    assert (await api.data(volunteer, SENT, id=alarm))["alarm"] is None
    await sees_to(api, Role.STATION, "alarmAcknowledge", id=alarm)
    to = public_id("account", volunteer.id)
    sent = await sees_to(api, Role.STATION, "alarmDispatch", id=alarm, accountId=to)
    assert (sent["state"], sent["dispatchedTo"]) == ("DISPATCHED", {"id": to})
    seen = (await api.data(volunteer, SENT, id=alarm))["alarm"]
    assert seen["elder"]["id"] == public_id("elder", api.district.mother_id)
    assert seen["elder"]["fullAddress"]
    assert seen["availableActions"] == ["ARRIVE", "COMMENT"]
    assert (await sees_to(api, volunteer, "alarmArrive", id=alarm))["state"] == "ARRIVED"
    await sees_to(api, Role.STATION, "alarmResolve", id=alarm, reason="TRUE_ALARM")
    over = (await api.data(volunteer, SENT, id=alarm))["alarm"]
    assert (over["state"], over["elder"]) == ("RESOLVED", None)
    assert over["log"]["nodes"][0] == {"change": "RESOLVED"}


async def test_another_is_sent_where_the_first_cannot_come(api: Api, database: Database) -> None:
    (alarm,) = await raised(database, api.district, AlarmType.SOS)
    region = api.actor(Role.STATION).region
    first, second = [
        await make_account(database, Role.VOLUNTEER, region_code=region) for _ in range(2)
    ]
    await sees_to(api, Role.STATION, "alarmAcknowledge", id=alarm)
    for one in (first, second):
        to = public_id("account", one.id)
        sent = await sees_to(api, Role.STATION, "alarmDispatch", id=alarm, accountId=to)
        assert (sent["state"], sent["dispatchedTo"]) == ("DISPATCHED", {"id": to})
    assert not ((await api.data(first, SENT, id=alarm))["alarm"] or {}).get("elder")
    assert (await api.data(second, SENT, id=alarm))["alarm"]["elder"]["fullAddress"]
    assert (await refused(api, first, "alarmArrive", id=alarm))[0] == "NOT_FOUND"
    assert (await sees_to(api, second, "alarmArrive", id=alarm))["state"] == "ARRIVED"


async def test_nobody_is_sent_who_does_not_work_there(api: Api, database: Database) -> None:
    (alarm,) = await raised(database, api.district, AlarmType.SOS)
    await sees_to(api, Role.DISPATCHER, "alarmAcknowledge", id=alarm)
    rang = select(col(Alarm.region_code)).scalar_subquery()
    other = select(col(Region.code)).where(~func.starts_with(rang, col(Region.code))).limit(1)
    ((code,),) = await database.fetch(other)
    elsewhere = await make_account(database, Role.CAREGIVER, region_code=code)
    over = await make_account(
        database,
        Role.CAREGIVER,
        region_code=api.actor(Role.STATION).region,
        since=now() - timedelta(days=2),
        until=now() - timedelta(days=1),
    )
    for account in (elsewhere, over, api.actor(Role.OFFICIAL)):
        to = public_id("account", account.id)
        told = await refused(api, Role.DISPATCHER, "alarmDispatch", id=alarm, accountId=to)
        assert told == ("INVALID_INPUT", "accountId")
    nobody = public_id("account", api.district.mother_id)
    told = await refused(api, Role.DISPATCHER, "alarmDispatch", id=alarm, accountId=nobody)
    assert told == ("NOT_FOUND", "accountId")
    states = await database.fetch(select(col(Alarm.state), col(Alarm.dispatched_at)))
    assert states == [("ACKNOWLEDGED", None)]


async def test_a_word_and_a_snooze_stop_no_clock(api: Api, database: Database) -> None:
    (alarm,) = await raised(database, api.district, AlarmType.SOS)
    due = select(col(Alarm.escalate_at), col(Alarm.level))
    before = await database.fetch(due)
    await sees_to(api, Role.FAMILY, "alarmComment", id=alarm, note="我在路上")
    desk = public_id("account", api.actor(Role.DISPATCHER).id)
    given = await sees_to(api, Role.STATION, "alarmAssign", id=alarm, accountId=desk)
    assert given["assignedTo"] == {"id": desk}
    told = await refused(api, Role.DISPATCHER, "alarmSnooze", id=alarm, minutes=5)
    assert told == ("ILLEGAL_TRANSITION", None)
    assert await database.fetch(due) == before
    await sees_to(api, Role.DISPATCHER, "alarmAcknowledge", id=alarm)
    before = await database.fetch(due)
    told = await refused(api, Role.DISPATCHER, "alarmSnooze", id=alarm, minutes=6)
    assert told == ("INVALID_INPUT", "minutes")
    snoozed = await sees_to(api, Role.DISPATCHER, "alarmSnooze", id=alarm, minutes=5)
    assert snoozed["snoozedUntil"]
    assert snoozed["state"] == "ACKNOWLEDGED"
    assert await database.fetch(due) == before
    mine = "{ alarms(first: 9, filter: {assignedToMe: true, open: true}) { nodes { id } } }"
    for role, ids in ((Role.DISPATCHER, [{"id": alarm}]), (Role.STATION, [])):
        assert (await api.data(role, mine))["alarms"]["nodes"] == ids


async def test_the_log_is_read_page_by_page(api: Api, database: Database) -> None:
    (alarm,) = await raised(database, api.district, AlarmType.SOS)
    await sees_to(api, Role.FAMILY, "alarmComment", id=alarm, note="我在路上")
    await sees_to(api, Role.DISPATCHER, "alarmAcknowledge", id=alarm, note="已接听")
    page = (await api.data(Role.FAMILY, LOG, id=alarm))["alarm"]["log"]
    assert page["totalCount"] == 3
    assert [(one["change"], one["note"]) for one in page["nodes"]] == [
        ("ACKNOWLEDGED", "已接听"),
        ("COMMENTED", "我在路上"),
    ]
    rest = await api.data(Role.FAMILY, LOG, id=alarm, after=page["pageInfo"]["endCursor"])
    assert rest["alarm"]["log"]["nodes"] == [{"change": "RAISED", "note": None, "account": None}]
    assert rest["alarm"]["log"]["pageInfo"]["hasNextPage"] is False


async def test_alarms_that_ring_together_are_answered_together(
    api: Api, database: Database
) -> None:
    types = (AlarmType.SMOKE, AlarmType.ELECTRICAL_OVERLOAD, AlarmType.SOS)
    await raised(database, api.district, *types)
    page = await api.data(
        Role.DISPATCHER, "{ incidents(first: 9) { nodes { id state severity version } } }"
    )
    (incident,) = page["incidents"]["nodes"]
    assert (incident["state"], incident["severity"]) == ("RAISED", "CRITICAL")
    taken = await sees_to(api, Role.FAMILY, "incidentAcknowledge", id=incident["id"])
    assert {one["state"] for one in taken["alarms"]["nodes"]} == {"ACKNOWLEDGED"}
    assert (taken["state"], taken["availableActions"]) == ("ACKNOWLEDGED", [])
    given = {"id": incident["id"], "reason": "TRUE_ALARM"}
    told = await refused(
        api, Role.DISPATCHER, "incidentResolve", **given, expectedVersion=incident["version"]
    )
    assert told == ("VERSION_CONFLICT", "expectedVersion")
    over = await sees_to(
        api, Role.DISPATCHER, "incidentResolve", **given, expectedVersion=taken["version"]
    )
    assert over["state"] == "RESOLVED"
    assert {one["state"] for one in over["alarms"]["nodes"]} == {"RESOLVED"}
    again = await raised(database, api.district, AlarmType.SMOKE)
    assert len(again) == 1
    assert len(await database.fetch(select(col(Incident.id)))) == 2


@pytest.mark.parametrize("last", ["both end", "both join"])
async def test_of_two_at_once_neither_is_lost(api: Api, database: Database, last: str) -> None:
    """Bridges that raise, and desks that end the last two alarms, at the same moment."""

    async def ring(type: AlarmType) -> None:
        async with database.transaction("test") as session:
            signal = replace(await sos(session, api.district), type=type)
            await raise_alarms(session, [signal])

    await asyncio.gather(*(ring(one) for one in (AlarmType.SMOKE, AlarmType.GAS, AlarmType.SOS)))
    whole = select(func.count(), func.count(col(Alarm.incident_id).distinct()))
    assert await database.fetch(whole) == [(3, 1)]
    found = await database.fetch(select(col(Alarm.id), col(Alarm.type)))
    keys = {row[1]: public_id("alarm", row[0]) for row in found}
    end = {"reason": "FALSE_ALARM"}
    await sees_to(api, Role.DISPATCHER, "alarmResolve", id=keys["SOS"], **end)
    work: list[Any] = [
        sees_to(api, Role.DISPATCHER, "alarmResolve", id=keys[one], **end)
        for one in ("SMOKE", "GAS")
    ]
    if last == "both join":
        work.append(ring(AlarmType.WATER_LEAK))
    await asyncio.gather(*work)
    states = await database.fetch(
        select(col(Incident.state), func.count())
        .join(Alarm, col(Alarm.incident_id) == col(Incident.id))
        .group_by(col(Incident.id), col(Incident.state))
        .order_by(col(Incident.id))
    )
    if last == "both end":
        assert states == [("RESOLVED", 3)]
    else:  # it joined before the last was over, or began anew after
        assert states in ([("RAISED", 4)], [("RESOLVED", 3), ("RAISED", 1)])


async def test_a_drill_rings_for_the_staff_alone(api: Api, database: Database) -> None:
    await press(database, api.district)
    elder = public_id("elder", api.district.mother_id)
    drill = await sees_to(api, Role.DISPATCHER, "alarmDrill", elderId=elder, note="季度演练")
    assert (drill["purpose"], drill["state"]) == ("DRILL", "RAISED")
    assert (await refused(api, Role.DISPATCHER, "alarmDrill", elderId=elder))[0] == (
        "ALARM_ALREADY_OPEN"
    )
    rows = select(col(Alarm.purpose), col(Alarm.repeat_count)).order_by(col(Alarm.id))
    assert await database.fetch(rows) == [("REAL", 0), ("DRILL", 0)]
    query = "{ alarms(first: 9) { nodes { purpose } } }"
    seen = {
        role: [one["purpose"] for one in (await api.data(role, query))["alarms"]["nodes"]]
        for role in (Role.ELDER, Role.FAMILY, Role.DISPATCHER)
    }
    assert seen == {
        Role.ELDER: ["REAL"],
        Role.FAMILY: ["REAL"],
        Role.DISPATCHER: ["DRILL", "REAL"],
    }
    given = {"id": drill["id"], "reason": "TRUE_ALARM"}
    told = await refused(api, Role.DISPATCHER, "alarmResolve", **given)
    assert told == ("INVALID_INPUT", "reason")
    over = await sees_to(api, Role.DISPATCHER, "alarmResolve", id=drill["id"], reason="DRILL")
    assert over["state"] == "RESOLVED"


async def test_a_drill_for_the_family_too_and_one_of_a_station(
    api: Api, database: Database
) -> None:
    elder = public_id("elder", api.district.mother_id)
    drill = await sees_to(api, Role.OFFICIAL, "alarmDrill", elderId=elder, familyToo=True)
    found = await api.data(Role.FAMILY, "query ($id: ID!) { alarm(id: $id) { purpose } }", **drill)
    assert found["alarm"] == {"purpose": "DRILL"}
    page = await api.data(Role.STATION, "{ stations(first: 200) { nodes { id region { code } } } }")
    region = api.actor(Role.STATION).region or ""
    stations = page["stations"]["nodes"]
    here = next(one["id"] for one in stations if one["region"]["code"].startswith(region))
    there = next(one["id"] for one in stations if not one["region"]["code"].startswith(region))
    rung = await sees_to(api, Role.STATION, "alarmDrill", stationId=here, type="CHAIN_BROKEN")
    assert rung["incident"] is None
    assert await refused(api, Role.STATION, "alarmDrill", stationId=there) == (
        "NOT_FOUND",
        "stationId",
    )
    both = {"elderId": elder, "stationId": here}
    for given in ({}, both):
        assert (await refused(api, Role.STATION, "alarmDrill", **given))[0] == "INVALID_INPUT"
