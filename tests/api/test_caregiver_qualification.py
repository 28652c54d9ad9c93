"""Which part of the caregivers have what they need: who is missing is listed, and what was known on
a day stays."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.access import Actor, Role
from domain.calendar import DISTRICT_ZONE, today
from domain.caregivers.models import CertificateKind
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.caregivers import (
    make_caregiver,
    make_certificate,
    make_training,
    nobody_is_qualified,
)

COMMUNITY = "330102009051"
FIGURES = """query ($region: String, $asOf: Date) {
  caregiverQualification(region: $region, asOf: $asOf) { asOf
    caregivers certified trained qualified missing share hoursNeeded } }"""
ACCOUNTS = """query ($filter: AccountFilter) { accounts(first: 50, filter: $filter) {
  totalCount nodes { id certificates(first: 5) { nodes { kind } }
    trainingRecords(first: 5) { nodes { hours day } } } } }"""
ADD = """mutation ($i: TrainingRecordAddInput!) { trainingRecordAdd(input: $i) {
  trainingRecord { id hours day course proof } userErrors { code field } } }"""
WITHDRAW = """mutation ($i: TrainingRecordWithdrawInput!) { trainingRecordWithdraw(input: $i) {
  trainingRecord { withdrawnAt withdrawnBy { id } } userErrors { code field } } }"""

LONG_AGO = today() - timedelta(days=1000)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), DISTRICT_ZONE)


@pytest.fixture
async def caregivers(api: Api, database: Database) -> list[Actor]:
    """The two of a community in which nobody else works, since long ago."""
    await nobody_is_qualified(database)
    before = await counts(api, Role.ADMIN)
    made = [await make_caregiver(database, COMMUNITY, since=at(LONG_AGO)) for _ in "12"]
    assert (await counts(api, Role.ADMIN))[0] == before[0] + 2
    return made


async def counts(
    api: Api, who: Role | Actor, as_of: date | None = None, region: str | None = None
) -> list[int]:
    """Caregivers, certified, trained, qualified; the lists behind the figures are as long."""
    day = as_of and as_of.isoformat()
    said = (await api.data(who, FIGURES, region=region, asOf=day))["caregiverQualification"]
    assert said["asOf"] == str(as_of or today())
    behind: dict[str, Any] = {
        "caregivers": {},
        "certified": {"certified": True},
        "trained": {"trained": True},
        "qualified": {"qualified": True},
        "missing": {"qualified": False},
    }
    for figure, more in behind.items():
        given = {"region": region, "qualification": {"asOf": day, **more}}
        listed = await api.data(who, ACCOUNTS, filter=given)
        assert listed["accounts"]["totalCount"] == said[figure], figure
    many = said["caregivers"]
    assert said["share"] == (said["qualified"] / many if many else None)
    assert said["hoursNeeded"] == 20
    return [said[name] for name in ("caregivers", "certified", "trained", "qualified")]


async def qualify(
    database: Database, vault: Vault, who: Actor, day: date, half_hours: int = 20
) -> None:
    """All of it, entered on a day."""
    for kind in (CertificateKind.CAREGIVER, CertificateKind.HEALTH):
        await make_certificate(
            database,
            vault,
            who.id,
            kind,
            since=LONG_AGO,
            until=today() + timedelta(days=9),
            recorded_at=at(day),
        )
    for _ in range(2):
        await make_training(database, who.id, half_hours, day, recorded_at=at(day))


async def test_who_has_certificates_and_hours_and_who_is_missing(
    api: Api, database: Database, vault: Vault, caregivers: list[Actor]
) -> None:
    ann, ben = caregivers
    region: Any = {"region": COMMUNITY}
    assert await counts(api, Role.ADMIN, **region) == [2, 0, 0, 0]
    await qualify(database, vault, ann, today())
    await qualify(database, vault, ben, today(), half_hours=12)
    assert await counts(api, Role.ADMIN, **region) == [2, 2, 1, 1]
    given = {"region": COMMUNITY, "qualification": {"qualified": False}}
    (missing,) = (await api.data(Role.ADMIN, ACCOUNTS, filter=given))["accounts"]["nodes"]
    assert missing["id"] == public_id("account", ben.id)
    learned = {"hours": 6, "day": today().isoformat()}
    assert missing["trainingRecords"]["nodes"] == [learned, learned]
    assert len(missing["certificates"]["nodes"]) == 2
    await make_training(database, ben.id, 15, today())
    assert await counts(api, Role.ADMIN, **region) == [2, 2, 1, 1]
    await make_training(database, ben.id, 1, today())
    assert await counts(api, Role.ADMIN, **region) == [2, 2, 2, 2]


async def test_hours_are_those_of_the_calendar_year(
    api: Api, database: Database, vault: Vault, caregivers: list[Actor]
) -> None:
    ann, _ = caregivers
    new_year = today().replace(month=1, day=1)
    await qualify(database, vault, ann, new_year - timedelta(days=1))
    region: Any = {"region": COMMUNITY}
    assert await counts(api, Role.ADMIN, new_year - timedelta(days=1), **region) == [2, 1, 1, 1]
    assert await counts(api, Role.ADMIN, new_year, **region) == [2, 1, 0, 0]


async def test_what_was_known_on_a_day_stays(
    api: Api, database: Database, vault: Vault, caregivers: list[Actor]
) -> None:
    """Neither what is entered late nor what is taken back afterwards changes it."""
    ann, ben = caregivers
    day, next_day = date(today().year - 1, 6, 1), date(today().year - 1, 6, 2)
    region: Any = {"region": COMMUNITY}
    await qualify(database, vault, ann, day)
    assert await counts(api, Role.ADMIN, day, **region) == [2, 1, 1, 1]
    assert await counts(api, Role.ADMIN, day - timedelta(days=1), **region) == [2, 0, 0, 0]
    await make_training(database, ben.id, 20, day, recorded_at=at(next_day, 0))
    await make_training(database, ben.id, 20, day, recorded_at=at(next_day, 0))
    assert await counts(api, Role.ADMIN, day, **region) == [2, 1, 1, 1]
    assert await counts(api, Role.ADMIN, next_day, **region) == [2, 1, 2, 1]
    given = {"first": 5, "filter": {"account": public_id("account", ann.id)}}
    listed = await api.data(
        Role.ADMIN,
        """query ($first: Int, $filter: TrainingRecordFilter) {
          trainingRecords(first: $first, filter: $filter) { nodes { id } } }""",
        **given,
    )
    record = listed["trainingRecords"]["nodes"][0]
    answer = (await api.data(Role.ADMIN, WITHDRAW, i=record))["trainingRecordWithdraw"]
    assert (answer["userErrors"], answer["trainingRecord"]["withdrawnAt"] is None) == ([], False)
    again = (await api.data(Role.ADMIN, WITHDRAW, i=record))["trainingRecordWithdraw"]
    assert again["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]
    assert await counts(api, Role.ADMIN, day, **region) == [2, 1, 1, 1]
    assert await counts(api, Role.ADMIN, LONG_AGO - timedelta(days=1), **region) == [0, 0, 0, 0]


async def test_who_counts_whom(
    api: Api, database: Database, vault: Vault, caregivers: list[Actor]
) -> None:
    """Neither a figure nor a filter tells of those whose papers one does not see."""
    await qualify(database, vault, caregivers[0], today())
    assert (await counts(api, Role.OFFICIAL))[3] == 1
    station = api.actor(Role.STATION)
    assert station.region
    assert not COMMUNITY.startswith(station.region)
    assert (await counts(api, station))[3] == 0
    assert await counts(api, station, region=COMMUNITY) == [0, 0, 0, 0]
    for who in (Role.CAREGIVER, Role.FAMILY, Role.AUDITOR):
        assert await counts(api, who) == [0, 0, 0, 0]
    query = '{ caregiverQualification(asOf: "9999-12-31") { caregivers } }'
    answer = await api.post(Role.ADMIN, query)
    assert answer["errors"][0]["extensions"] == {
        **answer["errors"][0]["extensions"],
        "code": "INVALID_INPUT",
        "field": "asOf",
    }


@pytest.mark.parametrize(
    ("who", "different", "error"),
    [
        (Role.STATION, {}, None),
        (Role.STATION, {"hours": 0.5, "proof": " A-17 "}, None),
        (Role.STATION, {"hours": 12}, None),
        (Role.DISPATCHER, {}, ("PERMISSION_DENIED", None)),
        (Role.STATION, {"hours": 0}, ("INVALID_INPUT", "hours")),
        (Role.STATION, {"hours": 12.5}, ("INVALID_INPUT", "hours")),
        (Role.STATION, {"hours": 1.25}, ("INVALID_INPUT", "hours")),
        (Role.STATION, {"course": ""}, ("INVALID_INPUT", "course")),
        (Role.STATION, {"proof": " "}, ("INVALID_INPUT", "proof")),
        (Role.STATION, {"days": 1}, ("INVALID_INPUT", "day")),
    ],
)
async def test_hours_are_entered(
    api: Api,
    who: Role,
    different: dict[str, Any],
    error: tuple[str, str | None] | None,
) -> None:
    day = today() + timedelta(days=different.pop("days", 0))
    given = {
        "accountId": public_id("account", api.actor(Role.CAREGIVER).id),
        "course": "失智照护",
        "hours": 2.5,
        "day": day.isoformat(),
        **different,
    }
    answer = (await api.data(who, ADD, i=given))["trainingRecordAdd"]
    assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [error] * bool(error)
    made = answer["trainingRecord"]
    if not error:
        proof = given.get("proof")
        assert (made["hours"], made["proof"]) == (given["hours"], proof and proof.strip())
    assert (made is None) is bool(error)
