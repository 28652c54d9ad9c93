"""The figures of a region, each by the statement that counts it everywhere else, and its rows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func
from sqlmodel import col

from domain.alarms import answer_times
from domain.beds import figures as beds
from domain.beds.models import BedKind
from domain.coverage import protection
from domain.dashboard import lists
from domain.dashboard.lists import Rows
from domain.dashboard.view import View
from domain.database import Database
from domain.ledger.models import LedgerTransfer
from domain.visits import coverage

_MINUTES_AN_HOUR = 60

_ALL = 1.0
"""Every key elder is to be visited each month, as a county of Hangzhou's set itself."""


class Key(StrEnum):
    """What is counted."""

    ELDERS = "ELDERS"
    KEY_ELDERS = "KEY_ELDERS"
    PROTECTED = "PROTECTED"
    VISIT_COVERAGE = "VISIT_COVERAGE"
    VISITS = "VISITS"
    HOURS = "HOURS"
    OCCUPANCY = "OCCUPANCY"
    HOME_OCCUPANCY = "HOME_OCCUPANCY"
    NURSING_RATIO = "NURSING_RATIO"
    ANSWERED_IN_60 = "ANSWERED_IN_60"
    ANSWERED_IN_180 = "ANSWERED_IN_180"
    ARRIVED_IN_TIME = "ARRIVED_IN_TIME"


class Unit(StrEnum):
    """What a figure is a number of."""

    ELDERS = "ELDERS"
    VISITS = "VISITS"
    HOURS = "HOURS"
    SHARE = "SHARE"


class Gap(StrEnum):
    """Why there is no figure."""

    ROLE = "ROLE"
    PAST = "PAST"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure.

    Parameters:
        rows: how many rows there are behind it.
        among: of a share, of how many; None for what is no share.
        amount: what the rows come to, where that is not how many they are.
    """

    rows: int
    among: int | None = None
    amount: float | None = None

    @property
    def value(self) -> float | None:
        """The number itself; None for a share of nothing."""
        if self.among is not None:
            return self.rows / self.among if self.among else None
        return self.rows if self.amount is None else self.amount


Found = Mapping[Key, Measured]
Read = Callable[[Database, View], Awaitable[Found]]


@dataclass(frozen=True)
class Metric:
    """One figure.

    Parameters:
        read: gives it, and others that are counted in one statement with it.
        rows: the rows behind it.
        among: of a share, the rows of which these are a part.
        target: what is wanted of a share.
        of_past_days: whether it is known of a day that is over.
    """

    key: Key
    unit: Unit
    read: Read
    rows: Rows
    among: Rows | None = None
    target: float | None = None
    of_past_days: bool = True

    def gap(self, view: View) -> Gap | None:
        """Why somebody has no such figure of a day; None where they have."""
        if not self.rows.are_seen_by(view.actor):
            return Gap.ROLE
        return None if self.of_past_days or view.is_of_today else Gap.PAST


async def _elders(database: Database, view: View) -> Found:
    return {Key.ELDERS: await _counted(database, view, lists.ELDERS)}


async def _key_elders(database: Database, view: View) -> Found:
    return {Key.KEY_ELDERS: await _counted(database, view, lists.KEY_ELDERS)}


async def _visits(database: Database, view: View) -> Found:
    return {Key.VISITS: await _counted(database, view, lists.VISITS)}


async def _counted(database: Database, view: View, rows: Rows) -> Measured:
    async with database.figures:
        ((found,),) = await database.fetch(rows.counted(view))
    return Measured(found)


async def _hours(database: Database, view: View) -> Found:
    minutes = func.coalesce(func.sum(col(LedgerTransfer.amount)), 0)
    async with database.figures:
        ((found, given),) = await database.fetch(lists.CREDITS.counted(view, minutes))
    return {Key.HOURS: Measured(found, amount=float(given / _MINUTES_AN_HOUR))}


async def _protected(database: Database, view: View) -> Found:
    async with database.figures:
        (row,) = await database.fetch(protection.figures(view.actor, view.region))
    return {Key.PROTECTED: Measured(row.protected, row.elders)}


async def _covered(database: Database, view: View) -> Found:
    async with database.figures:
        (row,) = await database.fetch(coverage.figures(view.actor, view.month, view.region))
    return {Key.VISIT_COVERAGE: Measured(row.visited, row.due)}


async def _beds(database: Database, view: View) -> Found:
    asked = beds.statement(view.actor, view.region, view.as_of)
    async with database.figures:
        (row,) = await database.fetch(asked)
    found = beds.figures(row)
    in_homes, at_home = found.of[BedKind.INSTITUTION], found.of[BedKind.HOME]
    return {
        Key.OCCUPANCY: Measured(in_homes.occupied, in_homes.beds),
        Key.HOME_OCCUPANCY: Measured(at_home.occupied, at_home.beds),
        Key.NURSING_RATIO: Measured(found.nursing, in_homes.beds),
    }


async def _answers(database: Database, view: View) -> Found:
    period = answer_times.Period(view.month.since, view.month.known_before, view.region)
    total, *_ = await answer_times.answer_times(database, view.actor, period)
    in_60, in_180 = total.answered_in
    keys = {
        Key.ANSWERED_IN_60: in_60,
        Key.ANSWERED_IN_180: in_180,
        Key.ARRIVED_IN_TIME: total.arrived_in,
    }
    return {key: Measured(one.met, one.met + one.missed) for key, one in keys.items()}


def _answered(key: Key, seconds: int) -> Metric:
    wanted = answer_times.ANSWERED_IN[seconds]
    return Metric(key, Unit.SHARE, _answers, *lists.answered(seconds), target=wanted)


METRICS: Final = {
    metric.key: metric
    for metric in (
        Metric(Key.ELDERS, Unit.ELDERS, _elders, lists.ELDERS),
        Metric(Key.KEY_ELDERS, Unit.ELDERS, _key_elders, lists.KEY_ELDERS),
        Metric(
            Key.PROTECTED,
            Unit.SHARE,
            _protected,
            lists.PROTECTED,
            lists.ELDERS,
            of_past_days=False,
        ),
        Metric(Key.VISIT_COVERAGE, Unit.SHARE, _covered, lists.VISITED, lists.DUE, target=_ALL),
        Metric(Key.VISITS, Unit.VISITS, _visits, lists.VISITS),
        Metric(Key.HOURS, Unit.HOURS, _hours, lists.CREDITS),
        Metric(Key.OCCUPANCY, Unit.SHARE, _beds, lists.LAIN_IN, lists.IN_HOMES),
        Metric(Key.HOME_OCCUPANCY, Unit.SHARE, _beds, lists.AT_HOME_LAIN_IN, lists.AT_HOME),
        Metric(
            Key.NURSING_RATIO,
            Unit.SHARE,
            _beds,
            lists.NURSING,
            lists.IN_HOMES,
            target=beds.NURSING_TARGET,
        ),
        _answered(Key.ANSWERED_IN_60, 60),
        _answered(Key.ANSWERED_IN_180, 180),
        Metric(Key.ARRIVED_IN_TIME, Unit.SHARE, _answers, *lists.arrived()),
    )
}
