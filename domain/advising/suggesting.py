"""Which services might help an elder, and why: rules as data, with what makes each hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.advising.lifecycle import CareNeedState
from domain.advising.models import CareNeed, CareNeedKind, CareNeedUrgency
from domain.calendar import today, whole_years
from domain.database import Database
from domain.elders.models import CareLevel, Elder, ElderTag, Tag
from domain.elders.tags import holds_on


@dataclass(frozen=True, slots=True)
class SuggestionRule:
    """What speaks for a kind of service, beside a need that is open.

    Parameters:
        levels: care levels that do.
        tags: tags that do, each by itself.
        age: completed years from which on the age does; None where it doesn't.
    """

    levels: frozenset[CareLevel] = frozenset()
    tags: frozenset[Tag] = frozenset()
    age: int | None = None


_SEVERE = frozenset({CareLevel.SEVERE, CareLevel.COMPLETE})
_MODERATE = _SEVERE | {CareLevel.MODERATE}
_ALONE = frozenset({Tag.LIVES_ALONE, Tag.CHILDLESS})

RULES: Final[Mapping[CareNeedKind, SuggestionRule]] = {
    CareNeedKind.MEALS: SuggestionRule(_MODERATE, _ALONE | {Tag.EMPTY_NEST}, 80),
    CareNeedKind.BATHING: SuggestionRule(_SEVERE, frozenset({Tag.DISABLED})),
    CareNeedKind.CLEANING: SuggestionRule(_MODERATE, frozenset({Tag.DISABLED})),
    CareNeedKind.MOBILITY: SuggestionRule(_MODERATE, frozenset({Tag.SEVERELY_HANDICAPPED})),
    CareNeedKind.MEDICAL: SuggestionRule(_SEVERE, frozenset({Tag.DEMENTIA})),
    CareNeedKind.EMERGENCY: SuggestionRule(_SEVERE, _ALONE | {Tag.DEMENTIA}, 80),
    CareNeedKind.COMPANY: SuggestionRule(
        tags=_ALONE | {Tag.EMPTY_NEST, Tag.LEFT_BEHIND, Tag.FAMILY_PLANNING_SPECIAL}
    ),
}
"""*Fixture*: no district's own."""

_URGENCY = {urgency: place for place, urgency in enumerate(CareNeedUrgency)}
_KINDS = {kind: place for place, kind in enumerate(CareNeedKind)}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind of service that might help, and all that speaks for it.

    Parameters:
        need_id, urgency: of the need that is open; None where none is.
        care_level: if that does.
        tags: those that do, sorted.
        age: in completed years, if that does.
    """

    kind: CareNeedKind
    need_id: UUID | None
    urgency: CareNeedUrgency | None
    care_level: CareLevel | None
    tags: Sequence[Tag]
    age: int | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of an elder today.

    Parameters:
        needs: those that are open, by kind.
    """

    care_level: CareLevel | None
    age: int
    tags: frozenset[Tag]
    needs: Mapping[CareNeedKind, tuple[UUID, CareNeedUrgency]]


def suggested(situation: Situation) -> list[Suggestion]:
    """What might help: what is needed first, the most urgent of it before the rest; then what most
    speaks for."""
    found = (_suggestion(kind, rule, situation) for kind, rule in RULES.items())
    return sorted((one for one in found if one is not None), key=_rank)


async def suggestions_of(
    database: Database, keys: Collection[UUID], *, primary: bool = False
) -> Mapping[UUID, Sequence[Suggestion]]:
    """The same for elders, by their keys: three statements.

    Parameters:
        primary: as for ``Database.fetch``.
    """
    day = today()
    elders = select(col(Elder.id), col(Elder.care_level), col(Elder.birth_date))
    tags = select(col(ElderTag.elder_id), col(ElderTag.tag)).where(
        col(ElderTag.elder_id).in_(keys), holds_on(day)
    )
    needs = select(
        col(CareNeed.elder_id), col(CareNeed.kind), col(CareNeed.id), col(CareNeed.urgency)
    ).where(col(CareNeed.elder_id).in_(keys), col(CareNeed.state) == CareNeedState.OPEN)
    carried: dict[UUID, set[Tag]] = {}
    for elder_id, tag in await database.fetch(tags, primary=primary):
        carried.setdefault(elder_id, set()).add(Tag(tag))
    needed: dict[UUID, dict[CareNeedKind, tuple[UUID, CareNeedUrgency]]] = {}
    for elder_id, kind, key, urgency in await database.fetch(needs, primary=primary):
        needed.setdefault(elder_id, {})[CareNeedKind(kind)] = key, CareNeedUrgency(urgency)
    rows = await database.fetch(elders.where(col(Elder.id).in_(keys)), primary=primary)
    return {
        elder_id: suggested(
            Situation(
                CareLevel(level) if level else None,
                whole_years(birth_date, day),
                frozenset(carried.get(elder_id, ())),
                needed.get(elder_id, {}),
            )
        )
        for elder_id, level, birth_date in rows
    }


def _suggestion(
    kind: CareNeedKind, rule: SuggestionRule, situation: Situation
) -> Suggestion | None:
    need_id, urgency = situation.needs.get(kind, (None, None))
    level = situation.care_level if situation.care_level in rule.levels else None
    old = rule.age is not None and situation.age >= rule.age
    tags = sorted(rule.tags & situation.tags)
    if need_id is None and level is None and not tags and not old:
        return None
    return Suggestion(kind, need_id, urgency, level, tags, situation.age if old else None)


def _rank(one: Suggestion) -> tuple[int, int, int]:
    urgency = len(_URGENCY) if one.urgency is None else _URGENCY[one.urgency]
    reasons = len(one.tags) + (one.care_level is not None) + (one.age is not None)
    return urgency, -reasons, _KINDS[one.kind]
