"""What rules would have done with what devices have said in the last days. It reads, and no more.

A month of one sleep band is a quarter of a million readings, and a district has thousands of bands;
so whole devices are drawn, and the answer says how many.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import district_day, now
from domain.database import Database
from domain.devices.heartbeat import offline_after
from domain.devices.kinds import KINDS, Rule
from domain.devices.models import Device, DeviceKind
from domain.devices.said import Between, said_between
from domain.devices.service import DeviceCard
from domain.devices.visibility import device_visible
from domain.elders.models import Elder
from domain.errors import InvalidInput, PermissionDenied
from domain.reasons import Reason
from domain.tables import within
from domain.thresholds.replay import Replay
from domain.thresholds.tuning import Setting, fitting, settings_of, tuned_kind

MOST_DAYS: Final = 30
MOST_DEVICES: Final = 500
MOST_READINGS: Final = 200_000
"""After so many no further device is begun."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to try.

    Parameters:
        days: over the last so many, 1 to 30.
        region: only devices of elders in the subtree of this division; all that the actor sees if
            None.
        tried: values instead of those in force.
    """

    kind: DeviceKind
    days: int
    region: str | None
    tried: Sequence[Setting]


@dataclass
class Tally:
    """What one rule would have done: how often it would have raised, and for whom."""

    alarms: int = 0
    elders: set[UUID] = field(default_factory=set[UUID])


@dataclass
class Backtest:
    """What was found; ``elder_days`` is on how many days elders' devices were heard."""

    kind: DeviceKind
    since: datetime
    until: datetime
    devices_in_region: int
    tallies: dict[str, Tally]
    devices: int = 0
    readings: int = 0
    complete: bool = True
    days_heard: set[tuple[UUID, date]] = field(default_factory=set[tuple[UUID, date]])

    @property
    def elder_days(self) -> int:
        """On how many days elders' devices were heard, all elders together."""
        return len(self.days_heard)

    @property
    def results(self) -> list[tuple[Rule, Tally]]:
        """By rule, in the kind's order."""
        return [(rule, self.tallies[rule.name]) for rule in KINDS[self.kind].watched]


async def run(database: Database, actor: Actor, wanted: Wanted) -> Backtest:
    """Try rules over stored readings.

    Raises: PermissionDenied, InvalidInput(days, rule, or values that contradict the kind's ranges).
    """
    _check(actor, wanted)
    until = now()
    tried = {setting.rule: setting for setting in wanted.tried}
    async with database.figures:
        number, cards = await _drawn(database, actor, wanted)
        found = Backtest(
            wanted.kind,
            until - timedelta(days=wanted.days),
            until,
            number,
            {rule.name: Tally() for rule in KINDS[wanted.kind].watched},
            complete=number <= MOST_DEVICES,
        )
        async with database.reading() as connection:
            in_force = await settings_of(connection, cards)
        for card in cards:
            if found.readings >= MOST_READINGS:
                found.complete = False
                break
            await _replay(database, found, card, {**in_force.get(card.id, {}), **tried})
    return found


def _check(actor: Actor, wanted: Wanted) -> None:
    if not actor.may(Permission.RULE_BACKTEST):
        raise PermissionDenied(action=Permission.RULE_BACKTEST.value)
    if not 1 <= wanted.days <= MOST_DAYS:
        raise InvalidInput("days", reason=Reason.RANGE, least=1, most=MOST_DAYS)
    try:
        tuned_kind(KINDS[wanted.kind], wanted.tried)
    except ValueError:
        raise InvalidInput("thresholds", reason=Reason.THRESHOLD_BEYOND) from None


async def _drawn(
    database: Database, actor: Actor, wanted: Wanted
) -> tuple[int, Sequence[DeviceCard]]:
    """How many devices there are, and those to look at: by a digest of their keys, as registration
    and region have no part in it."""
    home = aliased(Elder)  # what the actor sees asks about elders of its own
    there: list[Any] = [
        col(Device.kind) == wanted.kind,
        col(Device.revoked_at).is_(None),
        device_visible(actor),
    ]
    if wanted.region is not None:
        there.append(within(col(home.region_code), wanted.region))
    devices = (
        select(
            col(Device.id),
            col(Device.kind),
            col(Device.elder_id),
            col(home.region_code),
            col(Device.secret_version),
            func.count().over().label("number"),
        )
        .join(home, col(home.id) == col(Device.elder_id))
        .where(*there)
        .order_by(func.md5(cast(col(Device.id), Text)))
        .limit(MOST_DEVICES)
    )
    rows = await database.fetch(devices)
    return (rows[0][-1] if rows else 0), [DeviceCard(*row[:-1]) for row in rows]


async def _replay(
    database: Database, found: Backtest, card: DeviceCard, settings: Mapping[str, Setting]
) -> None:
    """One device, from its first reading of the time to its last."""
    assert card.elder_id is not None  # only elders' devices are drawn
    replay = Replay(fitting(card.kind, settings), offline_after(card.kind))
    asked = Between(card.id, card.elder_id, found.since, found.until)
    async for page in said_between(database, asked, KINDS[card.kind].hears_events):
        found.readings += len(page)
        for reading in page:
            found.days_heard.add((card.elder_id, district_day(reading.at)))
        for rule in replay.raises(page):
            _count(found, rule, card.elder_id)
        await asyncio.sleep(0)  # others have their turn
    for rule in replay.wait_until(found.until):
        _count(found, rule, card.elder_id)
    found.devices += 1


def _count(found: Backtest, rule: Rule, elder_id: UUID) -> None:
    tally = found.tallies[rule.name]
    tally.alarms += 1
    tally.elders.add(elder_id)
