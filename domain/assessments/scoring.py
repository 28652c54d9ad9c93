"""Points become a level. GB/T 42195-2022, 5: the total gives it, a coma the worst one whatever the
total, and certain diagnoses or accidents one that is one worse, once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.assessments.scale import Scale
from domain.elders.models import CareLevel
from domain.errors import InvalidInput
from domain.health.icd_10 import icd_10
from domain.reasons import Reason

MOST_DIAGNOSES = 50
MOST_EVENTS = 50

LEVELS = tuple(CareLevel)
"""From intact to complete disability."""


class RiskEventKind(StrEnum):
    """What has happened to somebody who is cared for (照护风险事件)."""

    FALL = "FALL"
    WANDERING = "WANDERING"
    CHOKING = "CHOKING"
    SELF_HARM = "SELF_HARM"
    SUICIDE_ATTEMPT = "SUICIDE_ATTEMPT"
    OTHER = "OTHER"


class Ground(StrEnum):
    """What counts beside the total."""

    COMA = "COMA"
    DEMENTIA = "DEMENTIA"
    MENTAL_DISORDER = "MENTAL_DISORDER"
    RISK_EVENTS = "RISK_EVENTS"


@dataclass(frozen=True, slots=True)
class RiskEvent:
    """Something that has happened to the elder, and on which day."""

    kind: RiskEventKind
    on: date


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found.

    Parameters:
        points: of each item, by its code.
        diagnoses: codes of ICD-10.
        assessed_on: the day.
    """

    scale: Scale
    assessed_on: date
    points: Mapping[str, int]
    diagnoses: Sequence[str]
    events: Sequence[RiskEvent]


@dataclass(frozen=True, slots=True)
class Result:
    """What it comes to.

    Parameters:
        parts: points of each part, by its code.
        by_total: the level that the total alone gives.
        grounds: what counts beside, in the order of ``Ground``; also where the level cannot get
            worse by it.
    """

    parts: Mapping[str, int]
    total: int
    by_total: CareLevel
    grounds: Sequence[Ground]
    level: CareLevel


def checked(
    scale: Scale,
    assessed_on: date,
    points: Iterable[tuple[str, int]],
    diagnoses: Iterable[str],
    events: Iterable[RiskEvent],
) -> Answers:
    """Answers that can be scored.

    Parameters:
        points: an item's code and its points, for each item of the scale once.

    Raises: InvalidInput(items) that names each item that is missing, given twice or out of range;
        InvalidInput(diagnoses) for what is no code of ICD-10; InvalidInput(risk_events) for one
        after the day.
    """
    pairs = list(points)
    _check_items(scale, pairs)
    return Answers(scale, assessed_on, dict(pairs), _codes(diagnoses), _past(events, assessed_on))


def score(answers: Answers) -> Result:
    """What answers come to."""
    scale = answers.scale
    parts = {
        part.code: sum(answers.points[item.code] for item in part.items) for part in scale.parts
    }
    total = sum(parts.values())
    by_total = next(level for level, least in scale.least.items() if total >= least)
    grounds = tuple(_grounds(answers))
    return Result(parts, total, by_total, grounds, _level(by_total, grounds))


def _level(by_total: CareLevel, grounds: Sequence[Ground]) -> CareLevel:
    if Ground.COMA in grounds:
        return LEVELS[-1]
    # Once, however many there are.
    worse = LEVELS.index(by_total) + bool(grounds)
    return LEVELS[min(worse, len(LEVELS) - 1)]


def _grounds(answers: Answers) -> Iterable[Ground]:
    worse = answers.scale.worse
    item, points = answers.scale.coma
    if answers.points[item] == points:
        yield Ground.COMA
    if _any_of(answers.diagnoses, worse.dementia):
        yield Ground.DEMENTIA
    if _any_of(answers.diagnoses, worse.mental_disorder):
        yield Ground.MENTAL_DISORDER
    # 民法典 201: the day itself is not counted.
    ago = [(answers.assessed_on - event.on).days for event in answers.events]
    if sum(days <= worse.risk_days for days in ago) >= worse.risk_events:
        yield Ground.RISK_EVENTS


def _any_of(codes: Sequence[str], categories: tuple[str, str]) -> bool:
    first, last = categories
    return any(first <= code[: len(first)] <= last for code in codes)


def _check_items(scale: Scale, pairs: Sequence[tuple[str, int]]) -> None:
    most = {item.code: item.most for item in scale.items()}
    given = Counter(code for code, _ in pairs)
    if given.keys() - most.keys():
        raise InvalidInput("items", reason=Reason.NO_ITEM, scale=scale.name)
    outside = {code for code, points in pairs if not 0 <= points <= most[code]}
    wrong = [code for code in most if given[code] != 1 or code in outside]
    if wrong:
        named = ", ".join(f"{code} (0–{most[code]})" for code in wrong)
        raise InvalidInput("items", reason=Reason.ITEMS, items=named)


def _codes(diagnoses: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(icd_10(code) for code in diagnoses))
    if len(found) > MOST_DIAGNOSES:
        raise InvalidInput("diagnoses", reason=Reason.AT_MOST, most=MOST_DIAGNOSES)
    codes = tuple(code for code in found if code is not None)
    if len(codes) < len(found):
        raise InvalidInput("diagnoses", reason=Reason.ICD_10)
    return codes


def _past(events: Iterable[RiskEvent], day: date) -> tuple[RiskEvent, ...]:
    found = tuple(events)
    if len(found) > MOST_EVENTS:
        raise InvalidInput("risk_events", reason=Reason.AT_MOST, most=MOST_EVENTS)
    if any(event.on > day for event in found):
        raise InvalidInput("risk_events", reason=Reason.AFTER_ASSESSMENT)
    return found
