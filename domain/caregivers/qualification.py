"""How many caregivers have what they need, and who has not: as known at a day's end.

What was learned later does not count: neither a certificate or hours that were entered late, nor
what was taken back since. So what is said of a day stays.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.accounts.visibility import account_listed
from domain.calendar import DISTRICT_ZONE, today
from domain.caregivers.models import Certificate, CertificateKind, TrainingRecord
from domain.caregivers.rules import HALF_HOURS_A_YEAR, QUALIFIES
from domain.caregivers.visibility import workforce
from domain.errors import InvalidInput
from domain.periods import holding
from domain.reasons import Reason
from domain.tables import within


@dataclass(frozen=True, slots=True)
class Known:
    """As known when.

    Parameters:
        day: the day; SQL of values to come will do as well, so below.
        new_year: the first day of its year.
        known_before: what was recorded then or later does not count; when the day ends.
    """

    day: Any
    new_year: Any
    known_before: Any

    @classmethod
    def at(cls, as_of: date | None = None) -> Self:
        """A day's end.

        Parameters:
            as_of: the day; today if None.
        Raises: InvalidInput(as_of) for a day to come.
        """
        day = as_of or today()
        if day > today():
            raise InvalidInput("as_of", reason=Reason.NOT_TO_COME)
        over = datetime.combine(day + timedelta(days=1), time.min, DISTRICT_ZONE)
        return cls(day, day.replace(month=1, day=1), over.astimezone(UTC))

    def bounds(self) -> tuple[Any, ...]:
        """In the order of the parameters."""
        return self.day, self.new_year, self.known_before


def counted(actor: Actor, known: Known) -> ColumnElement[bool]:
    """Those who were caregivers when the day ended, and whom the actor keeps or governs."""
    over = col(Account.until)
    return and_(
        col(Account.role) == Role.CAREGIVER,
        workforce(actor),
        col(Account.since) < known.known_before,
        or_(over.is_(None), over >= known.known_before),
    )


def certified(known: Known) -> ColumnElement[bool]:
    """Those of them who had every certificate that qualifies."""
    return and_(*(_held(kind, known) for kind in QUALIFIES))


def trained(known: Known) -> ColumnElement[bool]:
    """Those of them who had the hours that a caregiver needs in the year; early in it few have."""
    hours = (
        select(func.coalesce(func.sum(col(TrainingRecord.half_hours)), 0))
        .where(
            col(TrainingRecord.account_id) == col(Account.id),
            col(TrainingRecord.day) >= known.new_year,
            col(TrainingRecord.day) <= known.day,
            _believed(TrainingRecord, known),
        )
        .correlate(Account)
        .scalar_subquery()
    )
    return hours >= HALF_HOURS_A_YEAR[Role.CAREGIVER]


def qualified(known: Known) -> ColumnElement[bool]:
    """Those of them who had both."""
    return and_(certified(known), trained(known))


def figures(actor: Actor, known: Known, region: str | None) -> Select[*tuple[Any, ...]]:
    """How many caregivers there were whom the actor keeps or governs, and what they had.

    Parameters:
        region: only those of the subtree of this division; all if None.
    Raises: InvalidInput for a text that is no code.
    """
    there = [within(col(Account.region_code), region)] if region is not None else []
    return select(
        func.count().label("caregivers"),
        func.count().filter(certified(known)).label("certified"),
        func.count().filter(trained(known)).label("trained"),
        func.count().filter(qualified(known)).label("qualified"),
    ).where(account_listed(actor), counted(actor, known), *there)


def _held(kind: CertificateKind, known: Known) -> ColumnElement[bool]:
    held = select(col(Certificate.id)).where(
        col(Certificate.account_id) == col(Account.id),
        col(Certificate.kind) == kind,
        holding(Certificate, known.day),
        _believed(Certificate, known),
    )
    return held.correlate(Account).exists()


def _believed(table: Any, known: Known) -> ColumnElement[bool]:
    withdrawn_at = col(table.withdrawn_at)
    return and_(
        col(table.recorded_at) < known.known_before,
        or_(withdrawn_at.is_(None), withdrawn_at >= known.known_before),
    )
