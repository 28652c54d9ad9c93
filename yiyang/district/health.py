"""What the health record says of those whom the demo tells of: an allergy each, what they take for
their diseases, and what was measured, of the mother for a year.

Doses are usual ones; how values wander is a model's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from domain.crypto import Vault
from domain.health.contents import (
    AllergyContent,
    AllergySeverity,
    Intake,
    MedicationContent,
    MedicationFrequency,
    MedicationUnit,
    about,
    sealed,
)
from domain.health.kinds import KINDS, MeasurementKind
from domain.health.models import AllergyKind
from yiyang.district import numbers
from yiyang.district.chance import between, stream
from yiyang.district.columns import Batch, Row
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.scripts import MOTHER, SCRIPTS
from yiyang.district.setting import Setting

_CENTRE = "社区卫生服务中心"
_MONTH, _YEAR = 28, 365

_ALLERGIES = (
    (AllergyKind.DRUG, AllergyContent("青霉素", "皮疹", AllergySeverity.MODERATE, _CENTRE)),
    (AllergyKind.FOOD, AllergyContent("花生", "荨麻疹", AllergySeverity.MILD, "本人陈述")),
    (AllergyKind.FOOD, AllergyContent("虾", "喉头水肿", AllergySeverity.SEVERE, "家属陈述")),
)
"""Of the elders of the scripts, one each."""


def _tablets(name: str, note: str | None, **intakes: str) -> MedicationContent:
    """What is taken each day.

    Parameters:
        intakes: how many tablets, by the clock: ``at_0800="1"``.
    """
    doses = tuple(
        Intake(f"{clock[3:5]}:{clock[5:]}", Decimal(amount)) for clock, amount in intakes.items()
    )
    daily, unit = MedicationFrequency.DAILY, MedicationUnit.TABLET
    return MedicationContent(name, unit, daily, doses, _CENTRE, note)


_TREATMENTS = {
    "I10": _tablets("苯磺酸氨氯地平片 5mg", None, at_0800="1"),
    "E11.9": _tablets("盐酸二甲双胍片 0.5g", "随餐", at_0730="1", at_1800="1"),
    "I25.1": _tablets("阿司匹林肠溶片 100mg", "餐前", at_0700="1"),
    "F03": _tablets("盐酸多奈哌齐片 5mg", "睡前", at_2100="1"),
}
"""By the disease's code."""


@dataclass(frozen=True)
class _Habit:
    """What is measured again and again.

    Parameters:
        every: days from one value to the next.
        minutes: after midnight.
        usual: the value around which it wanders, and how far.
        below: how far the second value of a blood pressure lies below.
    """

    kind: MeasurementKind
    every: int
    minutes: int
    usual: float
    away: float
    below: int | None = None


_HABITS = (
    _Habit(MeasurementKind.BLOOD_PRESSURE, 2, 7 * 60 + 30, 138, 14, below=56),
    _Habit(MeasurementKind.HEART_RATE, 2, 7 * 60 + 31, 72, 8),
    _Habit(MeasurementKind.WEIGHT, 7, 7 * 60, 57.5, 1.2),
    _Habit(MeasurementKind.GLUCOSE_FASTING, 7, 7 * 60 + 5, 6.4, 0.9),
    _Habit(MeasurementKind.BODY_TEMPERATURE, 30, 8 * 60, 36.5, 0.3),
)


class HealthRecords:
    """The records of one elder after the other.

    Parameters:
        vault: seals what they say.
    """

    def __init__(self, setting: Setting, vault: Vault) -> None:
        self._setting = setting
        self._vault = vault

    def add(self, batch: Batch, resident: Resident) -> None:
        """What is known of an elder, if the demo tells of them, into a batch."""
        if resident.index >= len(SCRIPTS):
            return
        elder_id = self._setting.elder(resident)
        keys = iter(range(numbers.of_record(resident.index), numbers.of_record(resident.index + 1)))
        station = self._setting.offices.stations[resident.community.street_code]
        rng = stream(self._setting.seed, "health", resident.index)
        batch["allergy"].append(self._allergy(elder_id, resident.index, next(keys), station))
        batch["medication"].extend(self._treatment(elder_id, resident, keys, station))
        days = _YEAR if SCRIPTS[resident.index] is MOTHER else _MONTH
        for habit in _HABITS:
            batch["measurement"].extend(self._values(elder_id, habit, days, rng, keys, station))

    def _allergy(self, elder_id: UUID, index: int, number: int, by: UUID) -> Row:
        kind, content = _ALLERGIES[index]
        since = self._setting.today - timedelta(3 * _YEAR)
        cipher = sealed(self._vault, "allergy.content_cipher", elder_id, content)
        digest = about(self._vault, "allergy", elder_id, content.substance)
        row = (self._setting.keys[number], elder_id, kind.value, since, digest, cipher)
        return (*row, at(since, 10 * 60), by)

    def _treatment(
        self, elder_id: UUID, resident: Resident, numbers: Iterator[int], by: UUID
    ) -> Iterable[Row]:
        for condition in resident.conditions:
            content = _TREATMENTS.get(condition.disease.code)
            if content is None:
                continue
            cipher = sealed(self._vault, "medication.content_cipher", elder_id, content)
            digest = about(self._vault, "medication", elder_id, content.name)
            row = (self._setting.keys[next(numbers)], elder_id, condition.since, digest, cipher)
            yield (*row, at(condition.since, 10 * 60), by)

    def _values(
        self,
        elder_id: UUID,
        habit: _Habit,
        longest: int,
        rng: Random,
        numbers: Iterator[int],
        by: UUID,
    ) -> Iterable[Row]:
        days = [self._setting.today - timedelta(ago) for ago in range(longest, 0, -habit.every)]
        for day in days:
            value = round(rng.gauss(habit.usual, habit.away / 2), KINDS[habit.kind].places)
            second = None if habit.below is None else value - habit.below + between(rng, -6, 6)
            moment = at(day, habit.minutes + between(rng, 0, 20))
            row = (self._setting.keys[next(numbers)], elder_id, habit.kind.value, moment)
            yield (*row, value, second, day == days[-1], moment, by)
