"""Who lies in which bed, comes next, or has left.

Of 100 beds about 75 are occupied, and some more promised or to be cleaned. Who is severely or
wholly disabled goes before those who are less so, and everyone stays in the own street where it
has a bed; beds at home and for the day are for the street's own elders only.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from domain.beds.lifecycle import IN_BED, StayState
from domain.beds.models import BedKind
from domain.elders.models import CareLevel
from yiyang.district import numbers
from yiyang.district.beds import Beds
from yiyang.district.chance import Weighted, between
from yiyang.district.columns import Row
from yiyang.district.facilities import Facility
from yiyang.district.moments import at
from yiyang.district.packages import package_row
from yiyang.district.people import Resident
from yiyang.district.population import Vitals
from yiyang.district.scripts import SCRIPTS, WARD
from yiyang.district.setting import Setting
from yiyang.district.situations import DISABLED_LEVELS

Want = tuple[BedKind, bool]
"""A kind of bed, and whether it is for nursing."""

_NURSED, _LODGED = (BedKind.INSTITUTION, True), (BedKind.INSTITUTION, False)
_AT_HOME, _BY_DAY = (BedKind.HOME, True), (BedKind.DAY, False)

_TAKEN, _RUSH = 0.78, 0.03
"""Shares of the beds that are given away in all, and above it to those who can't wait."""

_SEVERE = Weighted[Want | None]({_NURSED: 0.65, _AT_HOME: 0.25, None: 0.10})
_MODERATE = Weighted[Want | None](
    {_NURSED: 0.40, _AT_HOME: 0.15, _BY_DAY: 0.15, _LODGED: 0.25, None: 0.05}
)
_OLD_AND_MILD = Weighted[Want | None]({_LODGED: 0.35, _BY_DAY: 0.10, None: 0.55})
_OLD = 80

_STATES = Weighted(
    {
        StayState.OCCUPIED: 0.92,
        StayState.ON_LEAVE: 0.03,
        StayState.RESERVED: 0.03,
        StayState.CLEANING: 0.02,
    }
)
_FORMER_SHARE = 0.35
_LONGEST_DAYS, _FORMER_DAYS = 1_800, 370
_EARLIEST_DAYS = _LONGEST_DAYS + 20 + _FORMER_DAYS
_WARD_DAYS = 214
# Minutes after midnight.
_ARRIVES, _LEAVES = 600, 840


@dataclass(frozen=True, slots=True)
class Stay:
    """An elder's time in a bed.

    Parameters:
        row: as it is stored.
        moved_in: whether the elder lives in a nursing home now.
        package: what comes with a bed at home that is lived in.
    """

    row: Row
    moved_in: bool
    package: Row | None = None


@dataclass(frozen=True, slots=True)
class _Vacancy:
    """A bed that somebody may have had before a day."""

    beds: Beds
    bed: int
    before: date

    def suits(self, street: str) -> bool:
        return self.beds.kind is BedKind.INSTITUTION or self.beds.house.street_code == street


class Stays:
    """Gives the beds away, one elder after the other, so that at any time as large a share of them
    is taken as of the elders has come.

    Parameters:
        beds: changed: who comes takes the next one.
    """

    def __init__(self, setting: Setting, beds: list[Beds]) -> None:
        self._setting = setting
        self._beds: dict[Want, list[Beds]] = {}
        for some in beds:
            self._beds.setdefault((some.kind, some.nursing), []).append(some)
        self._vacancy: _Vacancy | None = None

    def of(self, resident: Resident, rng: Random) -> Stay | None:
        """The elder's stay, if there is one."""
        if resident.index < len(SCRIPTS):
            return self._wards(resident) if SCRIPTS[resident.index] is WARD else None
        wishes = _wishes(resident.vitals)
        if wishes is None:
            return None
        want, street = wishes.draw(rng), resident.community.street_code
        if wishes is not _OLD_AND_MILD and self._is_first_at_home(street):
            want = _AT_HOME
        beds = self._room(want, street, resident) if want else None
        if beds:
            return self._comes(resident, beds, rng)
        return self._came(resident, rng) if rng.random() < _FORMER_SHARE else None

    def held(self, resident: Resident, home: Facility, number: int, until: datetime) -> Row | None:
        """A nursing bed of a home that is kept for an elder from today on, who may have another one
        kept elsewhere; None where none is left.

        Parameters:
            number: of the stay's key.
            until: by when they must have decided.
        """
        beds = next(some for some in self._beds[_NURSED] if some.house is home)
        if beds.taken == beds.size:
            return None
        state, today = StayState.HELD, self._setting.today
        _, *rest = self._stay(resident, beds, beds.take(), state, today, None, until).row
        return self._setting.keys[number], *rest

    def _room(self, want: Want, street: str, resident: Resident) -> Beds | None:
        """Beds of a kind with room for one more: in the street, else in a home elsewhere."""
        come = (resident.index + 1) / self._setting.elders
        rush = _RUSH if resident.vitals.care_level in DISABLED_LEVELS else 0
        all_beds = self._beds.get(want, [])
        own = [beds for beds in all_beds if beds.house.street_code == street]
        others = all_beds if want[0] is BedKind.INSTITUTION else []
        first = want == _AT_HOME and self._is_first_at_home(street)
        with_room = (
            beds
            for beds in (*own, *others)
            if first or beds.taken + 0.5 < beds.size * (_TAKEN * come + rush)
        )
        return next(with_room, None)

    def _is_first_at_home(self, street: str) -> bool:
        """Whether nobody has a bed at home yet, and the first one is to be in this street: few of
        a street's own elders ever want one."""
        at_home = self._beds.get(_AT_HOME, [])
        somebody = any(beds.taken for beds in at_home)
        there = any(beds.house.street_code == street for beds in at_home)
        return self._setting.has_choice and there and not somebody

    def _comes(self, resident: Resident, beds: Beds, rng: Random) -> Stay:
        today, state, bed = self._setting.today, _STATES.draw(rng), beds.take()
        starts_on = today - timedelta(min(10 + int(rng.expovariate(1 / 400)), _LONGEST_DAYS))
        if state is StayState.RESERVED:
            starts_on = today + timedelta(between(rng, 1, 14))
        ends_on = today - timedelta(1) if state is StayState.CLEANING else None
        if self._vacancy is None:
            self._vacancy = _Vacancy(beds, bed, starts_on)
        return self._stay(resident, beds, bed, state, starts_on, ends_on)

    def _came(self, resident: Resident, rng: Random) -> Stay | None:
        """A stay that is over, in a bed that somebody else has now."""
        vacancy = self._vacancy
        if vacancy is None or not vacancy.suits(resident.community.street_code):
            return None
        self._vacancy = None
        ends_on = min(vacancy.before, self._setting.today) - timedelta(between(rng, 1, 20))
        starts_on = ends_on - timedelta(between(rng, 14, _FORMER_DAYS))
        state = StayState.CLOSED
        return self._stay(resident, vacancy.beds, vacancy.bed, state, starts_on, ends_on)

    def _wards(self, resident: Resident) -> Stay:
        """The ward lies in the nursing home of the own street, whoever else does."""
        beds = self._beds[_NURSED][0]
        starts_on = self._setting.today - timedelta(_WARD_DAYS)
        return self._stay(resident, beds, beds.take(), StayState.OCCUPIED, starts_on, None)

    def _stay(
        self,
        resident: Resident,
        beds: Beds,
        bed: int,
        state: StayState,
        starts_on: date,
        ends_on: date | None,
        held_until: datetime | None = None,
    ) -> Stay:
        setting = self._setting
        desk = setting.offices.stations[beds.house.street_code]
        came = state not in (StayState.HELD, StayState.RESERVED)
        day = (starts_on - setting.today).days + _EARLIEST_DAYS
        key = setting.keys[numbers.on_day(numbers.STAY, day, resident.index)]
        row = (
            key,
            setting.keys[bed],
            setting.elder(resident),
            beds.house.region_code,
            state.value,
            beds.kind is not BedKind.DAY,
            starts_on,
            ends_on,
            held_until,
            desk if came else None,
            at(starts_on, _ARRIVES) if came else None,
            desk if ends_on else None,
            at(ends_on, _LEAVES) if ends_on else None,
        )
        package = None
        if beds.kind is BedKind.HOME and state in IN_BED:
            package = package_row(setting.keys, resident, key, starts_on, desk)
        return Stay(row, beds.kind is BedKind.INSTITUTION and state in IN_BED, package)


def _wishes(vitals: Vitals) -> Weighted[Want | None] | None:
    if vitals.care_level in DISABLED_LEVELS:
        return _SEVERE
    if vitals.care_level is CareLevel.MODERATE:
        return _MODERATE
    mild = vitals.care_level is CareLevel.MILD
    return _OLD_AND_MILD if mild and vitals.age >= _OLD else None
