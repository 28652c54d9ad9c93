"""How long an alarm waits at each level: the rules' times, or what its division has set."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.models import AlarmSeverity
from domain.escalation.models import EscalationPolicy

_CODE_LENGTHS = (12, 9, 6, 4, 2)
"""Digits of a division's code, the most specific first (record 14)."""

Where = tuple[str, AlarmSeverity]
"""(region code, severity)"""


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """How soon an alarm passes on. The defaults are the rules'.

    Parameters:
        street: from level 1, the family and the station, to level 2, the street's dispatcher.
        district: from level 1 to level 3, the district.
        rearm: how long an alarm may be acknowledged before its level's clock begins again.
    """

    street: timedelta = timedelta(seconds=60)
    district: timedelta = timedelta(seconds=180)
    rearm: timedelta = timedelta(minutes=10)

    def at_level(self, level: int) -> timedelta:
        """How long an alarm stays at level 1 or 2 before it passes on."""
        return self.street if level == 1 else self.district - self.street


BY_THE_RULES = ResponseTimes()


async def response_times(
    session: AsyncSession, wanted: Collection[Where]
) -> Mapping[Where, ResponseTimes]:
    """The times of alarms, by where they ring and how urgent they are: one statement for all."""
    if not wanted:
        return {}
    codes = {region[:length] for region, _ in wanted for length in _CODE_LENGTHS}
    policies = await session.scalars(
        select(EscalationPolicy).where(col(EscalationPolicy.region_code).in_(codes))
    )
    set_here = {(policy.region_code, policy.severity): _times(policy) for policy in policies}
    return {where: _most_specific(set_here, *where) for where in wanted}


def _most_specific(
    set_here: Mapping[Where, ResponseTimes], region: str, severity: AlarmSeverity
) -> ResponseTimes:
    for length in _CODE_LENGTHS:
        found = set_here.get((region[:length], severity))
        if found:
            return found
    return BY_THE_RULES


def _times(policy: EscalationPolicy) -> ResponseTimes:
    return ResponseTimes(
        street=timedelta(seconds=policy.street_after_seconds),
        district=timedelta(seconds=policy.district_after_seconds),
        rearm=timedelta(seconds=policy.rearm_after_seconds),
    )
