"""How old, which sex, how able: the shape of an aged district.

Sources:

- Age groups: the 2020 census of China, persons by five-year group (第七次全国人口普查); the groups
  from 80 on are raised together to 15 % of those aged 60 and older, for Hangzhou has more of them
  than the country's 13.6 % (16.13 % in 杭州市2017年老龄事业统计公报).
- Sex: from even at 60 to 69 % women at 100, as 283 of Hangzhou's 410 centenarians in the same
  bulletin; what lies between is a model's.
- Ability: in all 1.75 % disabled (失能, levels 3 and 4) and 3.84 % partly so (半失能, level 2), as
  in the same bulletin; how it grows with age is a model's.
- Key elders: 95,000 of the district's 227,100, more of them with age.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from domain.elders.models import CareLevel, Gender
from yiyang.district.chance import Weighted, between

KEY_ELDERS = 95_000
ALL_ELDERS = 227_100
_ELDEST_SHARE = 0.15
_ELDEST_FROM = 80
_DAYS_A_YEAR = 365.2425


@dataclass(frozen=True)
class AgeGroup:
    """One group of ages.

    Parameters:
        first, last: ages in years, both inside.
        persons: the census's count.
        women: share of women.
        key: how much likelier than a part one is a key elder; only ratios count.
        disabled, moderate, mild: per thousand of the group.
    """

    first: int
    last: int
    persons: int
    women: float
    key: float
    disabled: int
    moderate: int
    mild: int


AGE_GROUPS = (
    AgeGroup(60, 64, 73_382_938, 0.500, 0.30, 3, 9, 30),
    AgeGroup(65, 69, 74_005_560, 0.510, 0.37, 6, 15, 50),
    AgeGroup(70, 74, 49_590_036, 0.515, 0.45, 11, 26, 85),
    AgeGroup(75, 79, 31_238_849, 0.530, 0.54, 21, 48, 140),
    AgeGroup(80, 84, 20_382_878, 0.550, 0.64, 43, 96, 230),
    AgeGroup(85, 89, 10_826_530, 0.590, 0.72, 82, 168, 320),
    AgeGroup(90, 94, 3_652_749, 0.630, 0.78, 145, 250, 330),
    AgeGroup(95, 99, 819_812, 0.660, 0.80, 200, 310, 300),
    AgeGroup(100, 105, 118_866, 0.690, 0.80, 260, 330, 280),
)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is drawn of a person first."""

    gender: Gender
    age: int
    birth_date: date
    care_level: CareLevel


def is_key_elder(index: int) -> bool:
    """Whether the elder of an index is a key elder: 95,000 of each 227,100, spread evenly.

    A quota rather than a draw, so that any number of elders has the district's share.
    """
    return index * KEY_ELDERS % ALL_ELDERS < KEY_ELDERS


def draw_vitals(rng: Random, today: date, *, key_elder: bool) -> Vitals:
    """A person of 60 to 105 years on ``today``."""
    group = _GROUPS[key_elder].draw(rng)
    age = between(rng, group.first, group.last)
    if group.first >= _ELDEST_FROM:
        # Among the eldest each year takes more of them than the one before.
        age = min(age, between(rng, group.first, group.last))
    gender = Gender.FEMALE if rng.random() < group.women else Gender.MALE
    level = _level(rng, group, key_elder=key_elder)
    return Vitals(gender, age, birth_date(rng, age, today), level)


def birth_date(rng: Random, age: int, today: date) -> date:
    """A birth date of someone who is ``age`` full years old on ``today``."""
    # Off both ends by two days, so that leap years never tip the age.
    return today - timedelta(days=int((age + rng.uniform(0.006, 0.994)) * _DAYS_A_YEAR))


def _share(group: AgeGroup) -> float:
    """A group's share of all elders, with the eldest raised."""
    eldest = group.first >= _ELDEST_FROM
    alike = sum(g.persons for g in AGE_GROUPS if (g.first >= _ELDEST_FROM) == eldest)
    return (_ELDEST_SHARE if eldest else 1 - _ELDEST_SHARE) * group.persons / alike


# Scales the groups' ``key`` into chances whose mean is the district's share of key elders.
_KEY_SCALE = KEY_ELDERS / ALL_ELDERS / sum(_share(group) * group.key for group in AGE_GROUPS)


def _key_chance(group: AgeGroup) -> float:
    return group.key * _KEY_SCALE


# The quota says who is a key elder; who that is likely to be follows by Bayes' rule.
_GROUPS = {
    True: Weighted({g: _share(g) * _key_chance(g) for g in AGE_GROUPS}),
    False: Weighted({g: _share(g) * (1 - _key_chance(g)) for g in AGE_GROUPS}),
}


def _level(rng: Random, group: AgeGroup, *, key_elder: bool) -> CareLevel:
    # Disability makes a key elder, so all of a group's disabled are among its key elders.
    if key_elder and rng.random() < group.disabled / 1000 / _key_chance(group):
        return CareLevel.COMPLETE if rng.random() < 0.4 else CareLevel.SEVERE
    return _ABLE[group].draw(rng)


_ABLE = {
    group: Weighted(
        {
            CareLevel.INTACT: 1000 - group.disabled - group.moderate - group.mild,
            CareLevel.MILD: group.mild,
            CareLevel.MODERATE: group.moderate,
        }
    )
    for group in AGE_GROUPS
}
