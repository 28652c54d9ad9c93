"""Whose ability has been assessed: those whom the demo tells of, and some of the others.

How many is a model's number. The level is the register's; the points that lead to it are drawn.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from uuid import UUID

from domain.assessments.answers import sealed
from domain.assessments.lifecycle import AssessmentAction, AssessmentState
from domain.assessments.policies import BY_THE_RULES
from domain.assessments.scale import NEWEST
from domain.assessments.scoring import LEVELS, Answers, score
from domain.calendar import months_later
from domain.crypto import Vault
from domain.elders.models import CareLevel
from yiyang.district import numbers
from yiyang.district.chance import between, pick, stream
from yiyang.district.columns import Batch, Row
from yiyang.district.conditions import DEMENTIA
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.scripts import SCRIPTS
from yiyang.district.setting import Setting

_SHARE = 0.05
_WAITING = 0.1
"""Of the assessments those that have one signature only."""

_WAITING_DAYS, _LONGEST_DAYS = 5, 400
"""How long ago they were made at most; some of those that count are out of date."""

_CERTIFIED_DAYS = 2 * 365

_CONSCIOUSNESS, _ = NEWEST.coma


class Assessments:
    """The assessments of one elder after the other.

    Parameters:
        vault: seals what was found.
    """

    def __init__(self, setting: Setting, vault: Vault) -> None:
        self._setting = setting
        self._vault = vault

    def add_assessors(self, batch: Batch) -> None:
        """The certificates of each street's station and of one of its caregivers."""
        offices, today = self._setting.offices, self._setting.today
        since, until = today - timedelta(_CERTIFIED_DAYS), today + timedelta(_CERTIFIED_DAYS)
        for clinical, accounts in ((False, offices.stations), (True, offices.caregivers)):
            for place, (street, account) in enumerate(accounts.items(), 1):
                number = f"3301-{street[6:]}-{place + 100 * clinical:04}"
                key = self._setting.keys[numbers.ASSESSOR + 2 * place + clinical]
                row = (key, street, account, clinical, number, since, until, offices.of_district)
                batch["assessor"].append(row)

    def add(self, batch: Batch, resident: Resident) -> None:
        """The elder's assessment, if there is one, into a batch."""
        rng = stream(self._setting.seed, "assessment", resident.index)
        told = resident.index < len(SCRIPTS)
        if not told and rng.random() >= _SHARE:
            return
        waits = not told and rng.random() < _WAITING
        longest = _WAITING_DAYS if waits or told else _LONGEST_DAYS
        day = self._setting.today - timedelta(between(rng, 1, longest))
        answers = _answers(resident, day, rng)
        if answers is not None:
            self._enter(batch, resident, answers, waits=waits)

    def _enter(self, batch: Batch, resident: Resident, answers: Answers, *, waits: bool) -> None:
        setting, street = self._setting, resident.community.street_code
        elder_id, result = setting.elder(resident), score(answers)
        key = setting.keys[numbers.of_elder(resident.index) + numbers.ASSESSMENT]
        station, day = setting.offices.stations[street], answers.assessed_on
        state = AssessmentState.SUBMITTED if waits else AssessmentState.CONFIRMED
        submitted, confirmed = at(day, 15 * 60), at(day, 16 * 60)
        batch["assessment"].append(
            (
                key,
                elder_id,
                answers.scale.name,
                state.value,
                day,
                months_later(day, BY_THE_RULES.months),
                result.total,
                result.by_total.value,
                result.level.value,
                sealed(self._vault, elder_id, answers),
                BY_THE_RULES.assessors,
                BY_THE_RULES.clinical,
                station,
                submitted,
                None if waits else confirmed,
            )
        )
        submits, confirms = AssessmentAction.SUBMIT.value, AssessmentAction.CONFIRM.value
        begun = AssessmentState.SUBMITTED.value
        log: list[Row] = [(key, submitted, submits, begun, station, False)]
        if not waits:
            nurse: UUID = setting.offices.caregivers[street]
            log.append((key, confirmed, confirms, state.value, nurse, True))
        batch["assessment_log"].extend(log)


def _answers(resident: Resident, day: date, rng: Random) -> Answers | None:
    """Answers that come to the elder's level; None where none do, for who has dementia is not
    intact."""
    diagnoses = [one.disease.code for one in resident.conditions if one.since <= day]
    place = LEVELS.index(resident.vitals.care_level)
    if DEMENTIA.code in diagnoses:
        place -= 1
    if place < 0:
        return None
    return Answers(NEWEST, day, _points(LEVELS[place], rng), tuple(diagnoses), ())


def _points(level: CareLevel, rng: Random) -> Mapping[str, int]:
    """Points of somebody conscious whose total gives a level."""
    points = {item.code: item.most for item in NEWEST.items()}
    better = LEVELS.index(level) - 1
    most = NEWEST.most if better < 0 else NEWEST.least[LEVELS[better]] - 1
    least = max(NEWEST.least[level], points[_CONSCIOUSNESS])
    can_fall = [code for code in points if code != _CONSCIOUSNESS]
    for _ in range(NEWEST.most - between(rng, least, most)):
        code = pick(rng, can_fall)
        points[code] -= 1
        if not points[code]:
            can_fall.remove(code)
    return points
