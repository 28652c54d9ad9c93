"""Couples and others of an age who live together, and entries that were thought to be of one
person.

A few of the first street: an elder who lives with somebody waits for the next one of the same
community.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.elders.models import Tag
from yiyang.district import numbers
from yiyang.district.columns import Batch
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.scripts import SCRIPTS, STREET
from yiyang.district.setting import Setting

_MOST = 12
"""Households."""

_YEARS_APART = timedelta(days=12 * 365)

_TOGETHER_SINCE: Final = date(2015, 5, 1)
"""The first day of all of them."""

_MOVED_OUT_DAYS = 40

_ALONE = frozenset({Tag.LIVES_ALONE, Tag.CHILDLESS})

_MERGED_DAYS, _UNDONE_DAYS, _STANDS_DAYS = 9, 6, 45
_TEN = 10 * 60


class Households:
    """The households and merges, one elder after the other."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._waiting: dict[str, Resident] = {}
        self._made = 0

    def add(self, batch: Batch, resident: Resident) -> None:
        """The household of an elder who lives at home with one who came before, into a batch."""
        community = resident.community
        if resident.index < len(SCRIPTS) or community.street_code != STREET or _alone(resident):
            return
        if self._made == _MOST:
            return
        other = self._waiting.pop(community.code, None)
        if other is None or not _of_an_age(resident, other):
            self._waiting[community.code] = resident
            return
        self._live_together(batch, other, resident)
        if self._made == 1:
            self._add_merges(batch, other, resident)

    def _live_together(self, batch: Batch, one: Resident, other: Resident) -> None:
        setting, first = self._setting, numbers.HOUSEHOLD + 4 * self._made
        household, *members = (setting.keys[first + place] for place in range(3))
        # One of the second household has moved out since.
        moved = setting.today - timedelta(_MOVED_OUT_DAYS) if self._made == 1 else None
        batch["household"].append((household,))
        batch["household_member"] += [
            (members[0], household, setting.elder(one), _TOGETHER_SINCE, None),
            (members[1], household, setting.elder(other), _TOGETHER_SINCE, moved),
        ]
        self._made += 1

    def _add_merges(self, batch: Batch, one: Resident, other: Resident) -> None:
        """Two of one community were taken for one person, and were not; another entry was a second
        one of somebody's, and is gone for good."""
        setting = self._setting
        gone = setting.keys[numbers.MERGE + 2]
        mistaken = self._merge(0, one, setting.elder(other), _MERGED_DAYS, "姓名相近，同住一户。")
        undone = at(setting.today - timedelta(_UNDONE_DAYS), _TEN)
        standing = self._merge(1, one, gone, _STANDS_DAYS, "同一人先后在两个驿站登记。")
        desk = setting.offices.officials[STREET]
        batch["elder_merge"] += [(*mistaken, desk, undone), (*standing, None, None)]

    def _merge(
        self, place: int, kept: Resident, duplicate: UUID, days: int, reason: str
    ) -> tuple[object, ...]:
        setting, code = self._setting, kept.community.code
        merged_at = at(setting.today - timedelta(days), _TEN)
        desk = setting.offices.officials[STREET]
        key = setting.keys[numbers.MERGE + place]
        return key, setting.elder(kept), duplicate, code, code, reason, desk, merged_at


def _alone(resident: Resident) -> bool:
    return any(period.tag in _ALONE for period in resident.tags)


def _of_an_age(one: Resident, other: Resident) -> bool:
    years = abs(one.vitals.birth_date - other.vitals.birth_date)
    return years <= _YEARS_APART and one.vitals.gender is not other.vitals.gender
