"""A case as it is stored: the way it has come, step by step on working days, and its clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from domain.assistance.lifecycle import CASE_LIFECYCLE, CaseAction, CaseState
from domain.assistance.models import AssistanceKind
from domain.assistance.policy import StartedClock, start_clock
from domain.calendar import is_working_day
from yiyang.district import numbers
from yiyang.district.chance import between
from yiyang.district.columns import Batch
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.setting import Setting

_TO_ACCEPTED = (CaseAction.SUBMIT, CaseAction.ACCEPT)
_TO_PUBLICIZED = (*_TO_ACCEPTED, CaseAction.INVESTIGATE, CaseAction.PUBLICIZE)
_TO_APPROVED = (*_TO_PUBLICIZED, CaseAction.PASS_TO_COUNTY, CaseAction.APPROVE)

WAYS = {
    CaseState.SUBMITTED: (CaseAction.SUBMIT,),
    CaseState.NEEDS_SUPPLEMENT: (CaseAction.SUBMIT, CaseAction.ASK_SUPPLEMENT),
    CaseState.WITHDRAWN: (CaseAction.SUBMIT, CaseAction.WITHDRAW),
    CaseState.REJECTED: (CaseAction.SUBMIT, CaseAction.REJECT),
    CaseState.ACCEPTED: _TO_ACCEPTED,
    CaseState.INVESTIGATING: (*_TO_ACCEPTED, CaseAction.INVESTIGATE),
    CaseState.PUBLICIZED: _TO_PUBLICIZED,
    CaseState.COUNTY_REVIEW: (*_TO_PUBLICIZED, CaseAction.PASS_TO_COUNTY),
    CaseState.APPROVED: _TO_APPROVED,
    CaseState.ACTIVE: (*_TO_APPROVED, CaseAction.ACTIVATE),
}
"""How a case has come to its state, from the draft on."""

_DAYS = {
    CaseAction.PASS_TO_COUNTY: (8, 11),  # after seven days of public notice
    CaseAction.INVESTIGATE: (1, 3),
}
_OTHER_DAYS = (1, 6)
"""Calendar days after the step before, at least."""

_APPLICANTS = (CaseAction.SUBMIT, CaseAction.WITHDRAW)
_COUNTYS = (CaseAction.APPROVE, CaseAction.ACTIVATE)

_NOTES = {
    CaseAction.ASK_SUPPLEMENT: "请一次补齐：近六个月银行流水、住房证明。",
    CaseAction.WITHDRAW: "家庭情况有变，申请人撤回申请。",
    CaseAction.ACCEPT: "材料齐全，予以受理。",
    CaseAction.INVESTIGATE: "已安排两名工作人员入户调查。",
    CaseAction.PUBLICIZE: "在社区公示栏公示七天。",
    CaseAction.APPROVE: "符合条件，予以确认。",
}

_LONGEST_DAYS = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """A case before it is written down.

    Parameters:
        advisor: who advises the family, if anyone does.
        latest: the day on which its last step was taken, if that was a working day.
        reason: why it was rejected, if it was.
    """

    kind: AssistanceKind
    state: CaseState
    submitted_by: UUID
    advisor: UUID | None
    latest: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    action: CaseAction
    state: CaseState
    day: date
    moment: datetime
    account: UUID
    note: str | None


def add_case(batch: Batch, setting: Setting, resident: Resident, case: Case, rng: Random) -> None:
    """A case and its log into a batch."""
    steps = list(_steps(setting, resident, case, rng))
    taken = {step.action: step for step in steps}
    submitted = taken[CaseAction.SUBMIT]
    accepted, rejected = taken.get(CaseAction.ACCEPT), taken.get(CaseAction.REJECT)
    region_code = resident.community.code
    clock = start_clock(case.kind, region_code, accepted.day) if accepted else None
    day = (submitted.day - setting.today).days + _LONGEST_DAYS
    key = setting.keys[numbers.on_day(numbers.CASE, day, resident.index)]
    batch["assistance_case"].append(
        (
            key,
            setting.elder(resident),
            region_code,
            case.kind.value,
            steps[-1].state.value,
            case.submitted_by,
            submitted.moment,
            case.advisor,
            accepted.account if accepted else None,
            accepted.day if accepted else None,
            rejected.account if rejected else None,
            case.reason if rejected else None,
            *_clock_columns(clock),
        )
    )
    batch["assistance_case_log"].extend(
        (key, step.moment, step.action.value, step.state.value, step.account, step.note)
        for step in steps
    )


def _steps(setting: Setting, resident: Resident, case: Case, rng: Random) -> Iterator[_Step]:
    way = WAYS[case.state]
    street = resident.community.street_code
    state = CaseState.DRAFT
    for action, day in zip(way, _days(way, case.latest, rng), strict=True):
        state = CASE_LIFECYCLE.next(state, action)
        if action in _APPLICANTS:
            account = case.submitted_by
        else:
            # Who investigates does not approve.
            offices = setting.offices
            account = offices.of_district if action in _COUNTYS else offices.officials[street]
        note = case.reason if action is CaseAction.REJECT else _NOTES.get(action)
        yield _Step(action, state, day, at(day, between(rng, 540, 1_020)), account, note)


def _days(way: Sequence[CaseAction], latest: date, rng: Random) -> list[date]:
    """A day for each step, the last one first known."""
    day = _worked(latest)
    days = [day]
    for action in reversed(way[1:]):
        day = _worked(day - timedelta(between(rng, *_DAYS.get(action, _OTHER_DAYS))))
        days.append(day)
    return days[::-1]


def _worked(day: date) -> date:
    """The day, or the last working day before."""
    while not is_working_day(day):
        day -= timedelta(1)
    return day


def _clock_columns(clock: StartedClock | None) -> tuple[object, ...]:
    if clock is None:
        return (None,) * 5
    return (
        clock.policy_pack,
        clock.working_days,
        clock.source,
        clock.due_on,
        clock.provisional,
    )
