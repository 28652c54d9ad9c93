"""Why an elder needs attention: tags, since when, until when, and who says so."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from domain.elders.models import CareLevel, Gender, Tag
from yiyang.district.chance import Weighted, between, pick
from yiyang.district.population import Vitals

DISABLED_LEVELS = frozenset({CareLevel.SEVERE, CareLevel.COMPLETE})

SOURCES = {
    Tag.LIVES_ALONE: "社区走访登记",
    Tag.EMPTY_NEST: "社区走访登记",
    Tag.LEFT_BEHIND: "社区走访登记",
    Tag.CHILDLESS: "社区走访登记",
    Tag.DISABLED: "老年人能力评估",
    Tag.SEVERELY_HANDICAPPED: "残疾人证",
    Tag.FAMILY_PLANNING_SPECIAL: "计生特殊家庭名册",
    Tag.DEMENTIA: "医院诊断证明",
    Tag.MINIMUM_LIVING: "最低生活保障名册",
    Tag.EXTREME_HARDSHIP: "特困供养名册",
}

_ENDED_SHARE = 0.06
_ENDABLE = (Tag.LIVES_ALONE, Tag.EMPTY_NEST, Tag.LEFT_BEHIND, Tag.MINIMUM_LIVING)
_SHORTEST_DAYS = 30
_REGISTER_YEARS = 12
_DAYS_TO_SIXTY = 21_915


@dataclass(frozen=True, slots=True)
class TagPeriod:
    """One tag from a day on, until a day (not inside) or for good."""

    tag: Tag
    since: date
    until: date | None
    source: str


def draw_tags(rng: Random, vitals: Vitals, *, key_elder: bool) -> Set[Tag]:
    """The tags that hold today; a key elder has at least one of ``KEY_TAGS``, others have none."""
    tags = _key_tags(rng, vitals) if key_elder else set[Tag]()
    if rng.random() < _dementia_chance(vitals):
        tags.add(Tag.DEMENTIA)
    if rng.random() < 0.009:
        tags.add(Tag.MINIMUM_LIVING)
    if not tags & {Tag.EMPTY_NEST, Tag.LEFT_BEHIND} and rng.random() < 0.008:
        tags.add(Tag.CHILDLESS)
        if rng.random() < 0.25:
            # 特困 asks that nobody is left who must support the person.
            tags.add(Tag.EXTREME_HARDSHIP)
    return tags


def _key_tags(rng: Random, vitals: Vitals) -> set[Tag]:
    tags: set[Tag] = set()
    disabled = vitals.care_level in DISABLED_LEVELS
    if disabled:
        tags.add(Tag.DISABLED)
    if not disabled or rng.random() < 0.5:
        tags.add(_REASONS[vitals.gender, vitals.age >= 80].draw(rng))
    if rng.random() < 0.03:
        tags.add(Tag.SEVERELY_HANDICAPPED)
    return tags


def _reasons(alone: float) -> Weighted[Tag]:
    return Weighted(
        {
            Tag.LIVES_ALONE: alone,
            Tag.EMPTY_NEST: 0.90 - alone,
            Tag.LEFT_BEHIND: 0.02,
            Tag.SEVERELY_HANDICAPPED: 0.05,
            Tag.FAMILY_PLANNING_SPECIAL: 0.03,
        }
    )


# By (sex, 80 or older): widows live alone, couples in an empty nest.
_REASONS = {
    (Gender.FEMALE, False): _reasons(0.27),
    (Gender.MALE, False): _reasons(0.18),
    (Gender.FEMALE, True): _reasons(0.50),
    (Gender.MALE, True): _reasons(0.32),
}


def _dementia_chance(vitals: Vitals) -> float:
    """About one in a hundred at 65, doubling every six years; thrice that for the dependent."""
    chance = 0.01 * 2 ** ((vitals.age - 65) / 6)
    dependent = vitals.care_level in DISABLED_LEVELS or vitals.care_level is CareLevel.MODERATE
    return min(0.5, chance * (3 if dependent else 0.6))


def date_tags(
    rng: Random, tags: Set[Tag], birth: date, today: date, *, history: bool = True
) -> list[TagPeriod]:
    """Give every tag a first day, and some elders (with ``history``) a tag that has ended.

    Periods begin at 60 years and within the register's twelve years at the earliest; two periods
    of one tag never overlap.
    """
    first = max(birth + timedelta(_DAYS_TO_SIXTY), today - timedelta(365 * _REGISTER_YEARS))
    periods = [
        TagPeriod(tag, _between(rng, first, today), None, SOURCES[tag])
        for tag in sorted(tags, key=_ORDER.__getitem__)
    ]
    if history and rng.random() < _ENDED_SHARE:
        periods.extend(_ended(rng, periods, first, today))
    return periods


def _ended(rng: Random, current: list[TagPeriod], first: date, today: date) -> list[TagPeriod]:
    """A period that ended before the same tag's current one, where there is time for it."""
    tag = pick(rng, _ENDABLE)
    last = next((period.since for period in current if period.tag is tag), today)
    if (last - first).days < 2 * _SHORTEST_DAYS:
        return []
    since = _between(rng, first, last - timedelta(_SHORTEST_DAYS))
    until = _between(rng, since + timedelta(_SHORTEST_DAYS), last)
    return [TagPeriod(tag, since, until, SOURCES[tag])]


def _between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(between(rng, 0, (last - first).days))


# A set of enum members is iterated in an order of its own; the draw needs one that stays.
_ORDER = {tag: place for place, tag in enumerate(Tag)}
