"""In which order those who wait for a bed get one: rules as data, with their explanation.

A rule that changes is a new one; the order is always that of the rule in force, and of what is
known of the elders now.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.admissions.lifecycle import AdmissionState
from domain.admissions.models import AdmissionApplication
from domain.beds.models import Bed
from domain.calendar import today
from domain.database import Database
from domain.elders.models import CareLevel, Elder, ElderTag, Tag
from domain.elders.tags import holds_on


@dataclass(frozen=True, slots=True)
class WaitingRule:
    """How those who wait are ordered in one division, from a day on: most points first; of as many
    who applied first.

    Parameters:
        id: never given a second meaning.
        division: code of the division in whose subtree it holds; empty for everywhere.
        levels: points of the care level.
        tags: points of each tag that counts.
        explanation: for those who ask.
    """

    id: str
    division: str
    valid_from: date
    levels: Mapping[CareLevel, int]
    tags: Mapping[Tag, int]
    explanation: str


RULES: tuple[WaitingRule, ...] = (
    WaitingRule(
        id="EXAMPLE-2026-01-01",
        division="",
        valid_from=date(2026, 1, 1),
        levels={
            CareLevel.MILD: 10,
            CareLevel.MODERATE: 20,
            CareLevel.SEVERE: 30,
            CareLevel.COMPLETE: 40,
        },
        tags={
            Tag.EXTREME_HARDSHIP: 15,
            Tag.MINIMUM_LIVING: 10,
            Tag.FAMILY_PLANNING_SPECIAL: 10,
            Tag.CHILDLESS: 10,
            Tag.LIVES_ALONE: 5,
            Tag.EMPTY_NEST: 3,
        },
        explanation=(
            "示例规则：按照护等级（轻度10、中度20、重度30、完全失能40分）与重点对象"
            "（特困15，低保、计生特殊、孤寡各10，独居5，空巢3分）累计积分，高分在先；"
            "积分相同的，先申请者在先。"
        ),
    ),
)
"""Every rule there has been. *Example*: no district's own; each sets its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands among those that wait for a bed of its kind in its home.

    Parameters:
        number: from 1.
        waiting: how many wait.
        points: what the order goes by first.
        care_level, tags: what gives them.
        rule: by which they are counted.
    """

    number: int
    waiting: int
    points: int
    care_level: CareLevel | None
    tags: Sequence[Tag]
    rule: WaitingRule


def rule_for(division: str, day: date, rules: Sequence[WaitingRule] = RULES) -> WaitingRule:
    """The rule in force: of those that hold the one nearest to the place, of these the latest."""
    holding = [rule for rule in rules if division.startswith(rule.division)]
    current = [rule for rule in holding if rule.valid_from <= day] or holding[:1]
    return max(current, key=lambda rule: (len(rule.division), rule.valid_from))


class First(NamedTuple):
    """Whose turn it is."""

    application_id: UUID
    elder_id: UUID


async def first_who_fits(
    session: AsyncSession, bed: Bed, region_code: str, starts_on: date
) -> First | None:
    """The application that is to be offered a bed: the first of those that wait for such a one.

    Parameters:
        region_code: of the bed's station.
        starts_on: from which day it is free.
    """
    rule = rule_for(region_code, today())
    nursing, wanted = col(AdmissionApplication.nursing), col(AdmissionApplication.wanted_from)
    fits = (
        col(AdmissionApplication.state) == AdmissionState.WAITLISTED,
        col(AdmissionApplication.station_id) == bed.station_id,
        col(AdmissionApplication.kind) == bed.kind,
        or_(nursing.is_(None), nursing == bed.nursing),
        or_(wanted.is_(None), wanted <= starts_on),
    )
    statement = (
        select(col(AdmissionApplication.id), col(AdmissionApplication.elder_id))
        .join(Elder, col(Elder.id) == col(AdmissionApplication.elder_id))
        .where(*fits)
        .order_by(*_order(_points(rule)))
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return First(*row) if row else None


async def places_of(
    database: Database, keys: Collection[UUID], *, primary: bool = False
) -> Mapping[UUID, Place]:
    """The places of applications, as far as they wait: one statement for each rule.

    Parameters:
        primary: as for ``Database.fetch``.
    """
    mine = select(
        col(AdmissionApplication.station_id), col(AdmissionApplication.region_code)
    ).where(
        col(AdmissionApplication.id).in_(keys),
        col(AdmissionApplication.state) == AdmissionState.WAITLISTED,
    )
    homes: dict[str, set[UUID]] = {}
    for station_id, region_code in await database.fetch(mine, primary=primary):
        homes.setdefault(rule_for(region_code, today()).id, set()).add(station_id)
    places: dict[UUID, Place] = {}
    for rule in RULES:
        if rule.id in homes:
            ranked = _ranked(rule, homes[rule.id], keys)
            rows = await database.fetch(ranked, primary=primary)
            places |= {row.id: _place(rule, row) for row in rows}
    return places


def _ranked(
    rule: WaitingRule, stations: Collection[UUID], keys: Collection[UUID]
) -> Select[*tuple[Any, ...]]:
    """Whoever waits in these homes, numbered; of them these."""
    points = _points(rule)
    its_list = [col(AdmissionApplication.station_id), col(AdmissionApplication.kind)]
    counting = _counting_tags(rule)
    waiting = (
        select(
            col(AdmissionApplication.id),
            func.row_number().over(partition_by=its_list, order_by=_order(points)).label("number"),
            func.count().over(partition_by=its_list).label("waiting"),
            points.label("points"),
            col(Elder.care_level),
            func.array(
                select(col(ElderTag.tag))
                .where(*counting)
                .order_by(col(ElderTag.tag))
                .correlate(Elder)
                .scalar_subquery()
            ).label("tags"),
        )
        .join(Elder, col(Elder.id) == col(AdmissionApplication.elder_id))
        .where(
            col(AdmissionApplication.state) == AdmissionState.WAITLISTED,
            col(AdmissionApplication.station_id).in_(stations),
        )
        .subquery()
    )
    return select(waiting).where(waiting.c.id.in_(keys))


def _place(rule: WaitingRule, row: Any) -> Place:
    tags = [Tag(tag) for tag in row.tags]
    return Place(row.number, row.waiting, row.points, row.care_level, tags, rule)


def _points(rule: WaitingRule) -> ColumnElement[int]:
    """What an elder has by a rule, as SQL on ``Elder``."""
    level = case(rule.levels, value=col(Elder.care_level), else_=0)
    each = case(rule.tags, value=col(ElderTag.tag), else_=0)
    tags = select(func.coalesce(func.sum(each), 0)).where(*_counting_tags(rule)).correlate(Elder)
    return cast(level + tags.scalar_subquery(), Integer)


def _counting_tags(rule: WaitingRule) -> tuple[ColumnElement[bool], ...]:
    """An elder's tags that are believed to hold today, and count."""
    theirs = col(ElderTag.elder_id) == col(Elder.id)
    return theirs, col(ElderTag.tag).in_(rule.tags), holds_on(today())


def _order(points: ColumnElement[int]) -> list[ColumnElement[Any]]:
    applied = col(AdmissionApplication.submitted_at)
    return [points.desc(), applied.asc(), col(AdmissionApplication.id).asc()]
