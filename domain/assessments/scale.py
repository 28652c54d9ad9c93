"""Scales of assessment as data: a file each, named by its standard and version.

A scale that changes is a new file; one that is no longer in force stays, because assessments
name it.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from domain.elders.models import CareLevel
from domain.errors import InvalidInput
from domain.reasons import Reason

Titles = tuple[str, str, str]
"""In simplified Chinese, traditional Chinese and English."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that an assessor gives points for.

    Parameters:
        code: the standard's, such as B.1.1.
        most: points at most; 0 at least.
    """

    code: str
    title: Titles
    most: int


@dataclass(frozen=True, slots=True)
class Part:
    """Items that belong together."""

    code: str
    title: Titles
    items: Sequence[Item]

    @property
    def most(self) -> int:
        """Points at most."""
        return sum(item.most for item in self.items)


@dataclass(frozen=True, slots=True)
class Worse:
    """What makes the level one worse.

    Parameters:
        dementia, mental_disorder: categories of ICD-10, the first and the last.
        risk_events: so many of them at least,
        risk_days: within so many days.
    """

    dementia: tuple[str, str]
    mental_disorder: tuple[str, str]
    risk_events: int
    risk_days: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A version of a standard.

    Parameters:
        least: the points from which on a level holds, the best first.
        coma: the item and the points that mean a coma.
    """

    standard: str
    version: str
    parts: Sequence[Part]
    least: Mapping[CareLevel, int]
    coma: tuple[str, int]
    worse: Worse

    @property
    def name(self) -> str:
        """As it is cited: GB/T 42195-2022."""
        return f"{self.standard}-{self.version}"

    def items(self) -> Iterator[Item]:
        """All items, in the standard's order."""
        return (item for part in self.parts for item in part.items)

    @property
    def most(self) -> int:
        """Points of somebody who needs nothing."""
        return sum(part.most for part in self.parts)


def _item(given: Mapping[str, Any]) -> Item:
    return Item(given["code"], _titles(given), given["most"])


def _titles(given: Mapping[str, Any]) -> Titles:
    simplified, traditional, english = given["title"]
    return simplified, traditional, english


def _part(given: Mapping[str, Any]) -> Part:
    return Part(given["code"], _titles(given), tuple(_item(item) for item in given["items"]))


def _worse(given: Mapping[str, Any]) -> Worse:
    first, last = given["dementia"]
    begins, ends = given["mental_disorder"]
    return Worse((first, last), (begins, ends), given["risk_events"], given["risk_days"])


def read_scale(text: str) -> Scale:
    """A scale as its file has it (TOML). Raises: KeyError, ValueError for what is none."""
    given = tomllib.loads(text)
    least = {CareLevel(level): points for level, points in given["levels"].items()}
    coma: Mapping[str, Any] = given["coma"]
    return Scale(
        given["standard"],
        given["version"],
        tuple(_part(part) for part in given["parts"]),
        dict(sorted(least.items(), key=lambda one: -one[1])),
        (coma["item"], coma["points"]),
        _worse(given["worse"]),
    )


_FILES = ("gb_t_42195_2022.toml",)
"""The oldest first."""

SCALES: Mapping[str, Scale] = {
    scale.version: scale
    for scale in (
        read_scale(files("domain.assessments").joinpath("scales", name).read_text(encoding="utf-8"))
        for name in _FILES
    )
}
"""By version, the oldest first."""

NEWEST = list(SCALES.values())[-1]
"""What is assessed by where nothing else is said."""

BY_NAME: Mapping[str, Scale] = {scale.name: scale for scale in SCALES.values()}
"""By the name that assessments keep."""


def scale_of(version: str | None) -> Scale:
    """The scale of a version; the newest for None.

    Raises: InvalidInput(scale_version) for one that there is not.
    """
    if version is None:
        return NEWEST
    if version not in SCALES:
        raise InvalidInput("scale_version", reason=Reason.NO_SCALE, versions=", ".join(SCALES))
    return SCALES[version]
