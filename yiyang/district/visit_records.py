"""A visit as it is stored: its times, its proof, who verified it, and the log of all that."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import pi
from random import Random
from typing import NamedTuple
from uuid import UUID

from domain.geo import Position
from domain.visits.lifecycle import VisitAction, VisitState
from domain.visits.models import VisitKind
from domain.visits.proof import Fix
from yiyang.district.chance import between, pick
from yiyang.district.columns import Batch, Row
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.positions import community_positions, moved
from yiyang.district.setting import Setting

_BEGUN = (VisitState.DONE, VisitState.VERIFIED, VisitState.REJECTED, VisitState.REFUSED)
_MADE = (VisitState.DONE, VisitState.VERIFIED, VisitState.REJECTED)
_JUDGED = {VisitState.VERIFIED: VisitAction.VERIFY, VisitState.REJECTED: VisitAction.REJECT}

_NOTES = (
    "老人精神状态良好，家中整洁，用电用气安全。",
    "陪老人聊天，提醒按时服药，帮助量了血压。",
    "老人反映膝盖疼痛，已告知家属。",
    "检查了燃气和电线，均正常；帮助整理了药盒。",
    "老人胃口不错，希望参加社区活动。",
)
_A_DAY = 24 * 60

_REFUSED_NOTE = "老人表示今天不方便，改日再来。"
_REJECTED_NOTES = {
    VisitKind.HOME: "签到位置离社区太远，请重新上门。",
    VisitKind.PHONE: "老人表示没有接到电话，请重新联系。",
    VisitKind.VIDEO: "老人表示没有接到视频，请重新联系。",
}
_MISSED_NOTE = "志愿者未到，已电话联系老人。"


class Visit(NamedTuple):
    """A visit before it is written down.

    Parameters:
        number: of its key.
        volunteer: who has claimed it, unless it is open.
        minute: of the day at which it begins.
        minutes: how long it lasts.
    """

    number: int
    kind: VisitKind
    state: VisitState
    volunteer: UUID
    day: date
    minute: int
    minutes: int


class _Course(NamedTuple):
    """What has happened and when; None for what has not."""

    claimed_at: datetime | None = None
    began_at: datetime | None = None
    fix: Fix | None = None
    ended_at: datetime | None = None
    judged_at: datetime | None = None
    note: str | None = None


def add_visit(
    batch: Batch, setting: Setting, resident: Resident, visit: Visit, rng: Random
) -> None:
    """A visit and its log into a batch."""
    place = community_positions()[resident.community.code]
    desk = setting.offices.stations[resident.community.street_code]
    course = _course(visit, place, setting.today, rng)
    key = setting.keys[visit.number]
    claimed = visit.volunteer if course.claimed_at else None
    fix, judged = course.fix, course.judged_at
    batch["visit_task"].append(
        (
            key,
            setting.elder(resident),
            resident.community.code,
            visit.kind.value,
            visit.state.value,
            at(visit.day, visit.minute),
            at(visit.day, visit.minute + visit.minutes),
            place.longitude,
            place.latitude,
            claimed,
            course.claimed_at,
            course.began_at,
            course.began_at,
            fix.position.longitude if fix else None,
            fix.position.latitude if fix else None,
            fix.accuracy_m if fix else None,
            fix.is_far_from(place) if fix else None,
            course.ended_at,
            course.ended_at,
            desk if judged else None,
            judged,
            course.note,
        )
    )
    batch["visit_task_log"].extend(_log(key, visit, course, desk))


def _course(visit: Visit, place: Position, today: date, rng: Random) -> _Course:
    if visit.state is VisitState.OPEN:
        return _Course()
    # Nothing that has happened lies after this day's midnight.
    claimed_at = min(
        at(visit.day, visit.minute - between(rng, 1_000, 9_000)), at(today, -between(rng, 30, 300))
    )
    if visit.state not in _BEGUN:
        return _Course(claimed_at)
    began_at = at(visit.day, visit.minute + between(rng, -5, 10))
    fix = _fix(visit, place, rng)
    if visit.state not in _MADE:
        return _Course(claimed_at, began_at, fix)
    ended_at = at(visit.day, visit.minute + visit.minutes + between(rng, -4, 10))
    judged = visit.state in _JUDGED
    judged_at = at(visit.day, _A_DAY + between(rng, 540, 1_020)) if judged else None
    return _Course(claimed_at, began_at, fix, ended_at, judged_at, pick(rng, _NOTES))


def _fix(visit: Visit, place: Position, rng: Random) -> Fix | None:
    """Where the volunteer was; a visit that is rejected began somewhere else."""
    if visit.kind is not VisitKind.HOME:
        return None
    far = visit.state is VisitState.REJECTED
    position = moved(
        place,
        angle=rng.random() * 2 * pi,
        metres=rng.uniform(2_500, 6_000) if far else rng.uniform(20, 500),
    )
    return Fix(position, between(rng, 5, 60))


def _log(key: UUID, visit: Visit, course: _Course, desk: UUID) -> Iterator[Row]:
    """Who did what, in order."""

    def row(moment: datetime, action: VisitAction, account: UUID, note: str | None = None) -> Row:
        return key, moment, action.value, account, note

    if not course.claimed_at:
        return
    yield row(course.claimed_at, VisitAction.CLAIM, visit.volunteer)
    if visit.state is VisitState.NO_SHOW:
        missed_at = at(visit.day, visit.minute + visit.minutes + 30)
        yield row(missed_at, VisitAction.MISS, desk, _MISSED_NOTE)
    if not course.began_at:
        return
    yield row(course.began_at, VisitAction.CHECK_IN, visit.volunteer)
    if visit.state is VisitState.REFUSED:
        refused_at = course.began_at + timedelta(minutes=5)
        yield row(refused_at, VisitAction.REFUSE, visit.volunteer, _REFUSED_NOTE)
    if course.ended_at:
        yield row(course.ended_at, VisitAction.CHECK_OUT, visit.volunteer, course.note)
    if course.judged_at:
        note = _REJECTED_NOTES[visit.kind] if visit.state is VisitState.REJECTED else None
        yield row(course.judged_at, _JUDGED[visit.state], desk, note)
