"""What everything that happens to an elder refers to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yiyang.district import numbers
from yiyang.district.facilities import Facilities
from yiyang.district.keys import Keys
from yiyang.district.offices import Offices
from yiyang.district.people import Resident


@dataclass(frozen=True)
class Setting:
    """A district without its elders.

    Parameters:
        elders: how many it will have.
        today: the day that it is made for; what has happened, happened before its midnight.
    """

    seed: int
    today: date
    elders: int
    keys: Keys
    facilities: Facilities
    offices: Offices

    @property
    def has_choice(self) -> bool:
        """Whether there are several homes; a smaller district has few of anything."""
        return len(self.facilities.homes) > 1

    def elder(self, resident: Resident) -> UUID:
        """An elder's key."""
        return self.keys[numbers.of_elder(resident.index)]

    def relative(self, resident: Resident) -> UUID | None:
        """The account of someone in the family."""
        if resident.relative is None:
            return None
        return self.keys[numbers.of_elder(resident.index) + numbers.RELATIVE]
