"""For which communities stations answer, and which elders belong to one.

A community's station answers for its own and, in turn, for the next of its street; the first
street's centre for its stations' beside, so that something is found twice; the rest is nobody's, so
that gaps are found as well. Everybody who lives where a station answers belongs to it.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from yiyang.district import numbers
from yiyang.district.addresses import communities
from yiyang.district.columns import Row
from yiyang.district.facilities import Facilities, Facility
from yiyang.district.people import Resident
from yiyang.district.scripts import STREET
from yiyang.district.setting import Setting

_SINCE_DAYS = 400
_EACH = 3
"""Communities of a station: 78 stations for some 200."""


class Areas:
    """Who answers for which community."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._since = setting.today - timedelta(days=_SINCE_DAYS)
        self._answers = _answering(setting.facilities)

    def rows(self) -> Iterator[Row]:
        """The rows of ``station_area``."""
        answers = [(code, house.number) for code, house in self._answers.items()]
        centre = self._setting.facilities.centres[STREET]
        answers += [(code, centre.number) for code in self._answers if code.startswith(STREET)][:1]
        keys = self._setting.keys
        set_by = self._setting.offices.of_district
        for place, (code, number) in enumerate(answers):
            yield keys[numbers.AREA + place], keys[number], code, self._since, set_by

    def of(self, resident: Resident) -> Row | None:
        """The row of ``station_assignment``; None for who belongs nowhere."""
        house = self._answers.get(resident.community.code)
        if house is None:
            return None
        keys, elder = self._setting.keys, self._setting.elder(resident)
        number = numbers.of_assignment(resident.index)
        return keys[number], keys[house.number], elder, self._since


def _answering(facilities: Facilities) -> Mapping[str, Facility]:
    """Community -> its station; each station's own first, then others of its street."""
    found = {station.region_code: station for station in facilities.stations}
    for station in facilities.stations:
        street = [one.code for one in communities() if one.street_code == station.street_code]
        free = [code for code in street if code not in found]
        found |= dict.fromkeys(free[: _EACH - 1], station)
    return found
