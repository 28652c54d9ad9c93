"""Who visits elders as a volunteer.

How many is a model's, not a source's: one for fifteen key elders, so that the visit that each
elder is due a month makes one a week for a volunteer; at least three in each street.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

from domain.clock import DAY_MINUTES
from domain.elders.models import Gender
from domain.volunteers.lifecycle import CheckState, VolunteerSkill
from yiyang.district import numbers
from yiyang.district.addresses import Community, communities, street_sizes
from yiyang.district.chance import Weighted, between, pick, stream
from yiyang.district.columns import Row
from yiyang.district.keys import Keys
from yiyang.district.names import full_name
from yiyang.district.population import ALL_ELDERS, KEY_ELDERS
from yiyang.district.scripts import COMMUNITY
from yiyang.district.shares import apportion

PLAYER = "顾念慈"
"""The first of them, who plays in the demo."""

_KEY_ELDERS_EACH = 15
_LEAST = 3
_BIRTH_YEARS = (1950, 2006)
_REGISTERED_WITHIN_DAYS = 6 * 365
_STREETS_AT_MOST = 16

_SKILLS_AT_MOST = 4
_HALF_DAYS = ((8 * 60 + 30, 11 * 60 + 30), (14 * 60, 17 * 60))
_HALF_DAYS_A_WEEK = 3

# Most are cleared; some must see to it, and some are waiting for the station.
_CHECKS = Weighted({"cleared": 0.92, "over": 0.03, "renewed": 0.05})
_CLEARED_DAYS = 365


def standing(rng: Random, today: date, *, plays: bool = False) -> Row:
    """What a volunteer can do, when they have time, and how their check stands: the columns of
    ``volunteer`` after those that every one of them has.

    Parameters:
        plays: the volunteer of the demo, who can do whatever visits ask for.
    """
    number = len(VolunteerSkill) if plays else between(rng, 1, _SKILLS_AT_MOST)
    skills = rng.sample(list(VolunteerSkill), number)
    days = rng.sample(range(7), between(rng, 1, _HALF_DAYS_A_WEEK))
    halves = [(day * DAY_MINUTES, pick(rng, _HALF_DAYS)) for day in sorted(days)]
    check = "cleared" if plays else _CHECKS.draw(rng)
    ahead = -between(rng, 1, 60) if check == "over" else between(rng, 10, _CLEARED_DAYS)
    until = today + timedelta(ahead)
    state = CheckState.SUBMITTED if check == "renewed" else CheckState.CLEARED
    certificate_on = today - timedelta(3) if check == "renewed" else until - timedelta(372)
    return (
        [skill.value for skill in VolunteerSkill if skill in skills],
        [midnight + half[0] for midnight, half in halves],
        [midnight + half[1] for midnight, half in halves],
        state.value,
        certificate_on,
        until,
    )


class Volunteers:
    """The volunteers of a district, by street and place in it; none of them is kept in memory.

    Parameters:
        elders: of the district.
    """

    def __init__(self, seed: int, today: date, elders: int, keys: Keys) -> None:
        self._seed, self._today, self._keys = seed, today, keys
        wanted = round(elders * KEY_ELDERS / ALL_ELDERS / _KEY_ELDERS_EACH)
        self._numbers = apportion(wanted, street_sizes(seed), least=_LEAST)
        self._streets = {street: place for place, street in enumerate(self._numbers)}

    def in_street(self, street: str) -> int:
        """How many live in a street."""
        return self._numbers[street]

    def key(self, street: str, place: int) -> UUID:
        """The account of one of a street, by place from 0; a larger district has the same."""
        return self._keys[self._number(street, place)]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The number of each one's account, and the row."""
        places: dict[str, list[Community]] = {street: [] for street in self._numbers}
        for community in communities():
            places[community.street_code].append(community)
        for street, number in self._numbers.items():
            for place in range(number):
                number = self._number(street, place)
                yield number, self._row(number, places[street])

    def _row(self, number: int, places: Sequence[Community]) -> Row:
        key, rng = self._keys[number], stream(self._seed, "volunteer", number)
        gender = pick(rng, (Gender.FEMALE, Gender.MALE))
        name = full_name(rng, gender, between(rng, *_BIRTH_YEARS))
        home = pick(rng, places).code
        if number == numbers.VOLUNTEER:
            name, home = PLAYER, COMMUNITY
        registered_on = self._today - timedelta(between(rng, 70, _REGISTERED_WITHIN_DAYS))
        return key, name, home, registered_on, *standing(rng, self._today, plays=name == PLAYER)

    def _number(self, street: str, place: int) -> int:
        return numbers.VOLUNTEER + _STREETS_AT_MOST * place + self._streets[street]
