"""Thresholds of an elder and of a division: the most specific one counts, and history stays."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from devices.mac import Trust
from devices.storing import Store
from domain.access import Actor, Role
from domain.database import Database
from domain.devices.kinds import KINDS, Absence, Count, Threshold
from domain.devices.models import DeviceKind
from domain.devices.rule_steps import Reading
from domain.devices.service import lock_devices
from domain.elders.models import Elder
from domain.errors import DomainError, InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.thresholds import service
from domain.thresholds.models import RuleThreshold
from domain.thresholds.service import Place
from domain.thresholds.tuning import Setting, rules_of, tuned_kind
from tests.devices.reported import reported
from tests.devices.wire import MASTER_KEY, names, rows
from yiyang.district.cast import District

BAND = DeviceKind.SLEEP_BAND
RULES = KINDS[BAND].rules
FAST = next(rule for rule in RULES if rule.name == "tachycardia")


@pytest.fixture
async def band(database: Database) -> UUID:
    (name,) = await names(database, BAND, 1)
    return UUID(name.removeprefix("device_"))


def actor_of(district: District, role: Role) -> Actor:
    player = district.players[role]
    return Actor(player.account_id, role, player.region_code)


async def fast(database: Database, band: UUID) -> Threshold:
    """The rule as it counts for the band."""
    async with database.transaction("test") as session:
        cards = await lock_devices(session, [band])
        rules = await rules_of(session, list(cards.values()))
    return next(r for r in rules[band] if isinstance(r, Threshold) and r.name == FAST.name)


async def home(database: Database, band: UUID) -> tuple[UUID, str]:
    query = "SELECT elder.id, region_code FROM elder JOIN device ON elder_id = elder.id"
    ((elder_id, region),) = await rows(database, f"{query} WHERE device.id = :id", id=band)
    return elder_id, region


async def put(database: Database, actor: Actor, place: Place, **values: Any) -> UUID:
    setting = Setting(**{"rule": FAST.name, **values})
    async with database.transaction("test") as session:
        return (await service.put(session, actor, place, BAND, setting)).id


async def test_the_most_specific_counts_and_what_ended_is_history(
    database: Database, district: District, band: UUID
) -> None:
    admin = actor_of(district, Role.ADMIN)
    elder_id, region = await home(database, band)
    await put(database, admin, Place(region_code=region[:6]), raise_at=130)
    assert (await fast(database, band)).raise_at == 130
    hers = await put(database, admin, Place(elder_id=elder_id), raise_at=150, clear_at=140)
    await put(database, admin, Place(region_code=region), hold=timedelta(minutes=5))
    rule = await fast(database, band)
    assert (rule.raise_at, rule.clear_at, rule.hold) == (150, 140, FAST.hold)
    async with database.transaction("test") as session:
        await service.end(session, admin, hers)
    rule = await fast(database, band)
    assert (rule.raise_at, rule.hold) == (FAST.raise_at, timedelta(minutes=5))
    again = await put(database, admin, Place(region_code=region), raise_at=125)
    assert (await fast(database, band)).raise_at == 125
    async with database.transaction("test") as session:
        held = list(await session.scalars(select(RuleThreshold).order_by(col(RuleThreshold.id))))
    assert [row.ended_at is None for row in held] == [True, False, False, True]
    assert held[-1].id == again


async def test_the_bridge_goes_by_it(database: Database, district: District, band: UUID) -> None:
    store = Store(database, Trust(MASTER_KEY))
    elder_id, _ = await home(database, band)
    await put(
        database,
        actor_of(district, Role.ADMIN),
        Place(elder_id=elder_id),
        hold=timedelta(minutes=3),
    )
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    for minute in range(4):
        reading = Reading(began + timedelta(minutes=minute), minute, {"heart_rate": 160})
        await store.take([reported(f"device_{band.hex}", reading)])
        alarms = await rows(database, "SELECT raised_at FROM alarm")
        assert len(alarms) == (minute == 3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, Reason.THRESHOLD_EMPTY),
        ({"raise_at": 300}, Reason.THRESHOLD_BEYOND),
        ({"raise_at": 100, "clear_at": 105}, Reason.THRESHOLD_BEYOND),
        ({"rule": "no_such_rule", "raise_at": 100}, Reason.NO_RULE_OF_KIND),
        ({"rule": "not_back_in_bed", "raise_at": 100}, Reason.THRESHOLD_BEYOND),
        ({"rule": "not_back_in_bed", "hold": timedelta(hours=9)}, Reason.THRESHOLD_BEYOND),
    ],
    ids=["empty", "range", "hysteresis", "unknown", "absence", "hours"],
)
async def test_what_contradicts_the_kind_is_refused(
    database: Database, district: District, band: UUID, values: dict[str, Any], reason: Reason
) -> None:
    elder_id, _ = await home(database, band)
    admin = actor_of(district, Role.ADMIN)
    with pytest.raises(InvalidInput) as refused:
        await put(database, admin, Place(elder_id=elder_id), **values)
    assert refused.value.facts["reason"] is reason
    assert await rows(database, "SELECT id FROM rule_threshold") == []


@pytest.mark.parametrize(
    ("role", "of_elder", "error"),
    [
        (Role.FAMILY, True, PermissionDenied),
        (Role.DISPATCHER, True, PermissionDenied),
        (Role.VOLUNTEER, True, NotFound),
        (Role.STATION, False, PermissionDenied),
        (Role.DISPATCHER, False, PermissionDenied),
    ],
    ids=str,
)
async def test_who_may_not(
    database: Database,
    district: District,
    role: Role,
    of_elder: bool,
    error: type[DomainError],
) -> None:
    async with database.transaction("test") as session:
        region = await session.scalar(
            select(col(Elder.region_code)).where(col(Elder.id) == district.mother_id)
        )
    place = Place(elder_id=district.mother_id) if of_elder else Place(region_code=region)
    with pytest.raises(error):
        await put(database, actor_of(district, role), place, raise_at=130)
    assert await rows(database, "SELECT id FROM rule_threshold") == []


def test_each_rule_of_each_kind_can_be_set() -> None:
    for kind in KINDS.values():
        for rule in (*kind.rules, *kind.counts, *kind.absences):
            given: dict[str, Any] = {"hold": rule.window if isinstance(rule, Count) else rule.hold}
            if not isinstance(rule, Absence):
                given["raise_at"] = rule.times if isinstance(rule, Count) else rule.raise_at
            assert tuned_kind(kind, [Setting(rule.name, **given)]) == kind
