"""What the health record says: chronic diseases, by ICD-10.

How common each is, and how it grows with age, is a model's.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from domain.elders.models import Tag
from yiyang.district.chance import between
from yiyang.district.population import Vitals

MOST = 4
"""Conditions of one elder."""

_EARLIEST_DAYS = 15 * 365


@dataclass(frozen=True)
class Disease:
    """One that many have.

    Parameters:
        code: of ICD-10.
        share: of those aged 60, and how much is added by each year more.
    """

    code: str
    name: str
    share: float
    a_year: float


DISEASES = (
    Disease("I10", "原发性高血压", 0.40, 0.006),
    Disease("E11.9", "2型糖尿病", 0.16, 0.003),
    Disease("I25.1", "冠状动脉粥样硬化性心脏病", 0.08, 0.006),
    Disease("M17.9", "膝骨关节炎", 0.10, 0.004),
    Disease("J44.9", "慢性阻塞性肺疾病", 0.05, 0.003),
    Disease("I69.3", "脑梗死后遗症", 0.03, 0.003),
)

DEMENTIA = Disease("F03", "痴呆", 0, 0)
"""Of those, and only those, who have the tag."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A disease from a day on."""

    disease: Disease
    since: date


def draw_conditions(
    rng: Random, vitals: Vitals, tags: Set[Tag], today: date
) -> tuple[Condition, ...]:
    """An elder's conditions, at most ``MOST``."""
    has = [DEMENTIA] if Tag.DEMENTIA in tags else []
    years = vitals.age - 60
    has += [one for one in DISEASES if rng.random() < one.share + one.a_year * years]
    return tuple(
        Condition(disease, today - timedelta(between(rng, 30, _EARLIEST_DAYS)))
        for disease in has[:MOST]
    )
