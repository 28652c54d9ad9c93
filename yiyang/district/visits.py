"""The visit that each key elder is due a month: last month's and this month's, and what has
become of them by today."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind
from yiyang.district import numbers
from yiyang.district.chance import Weighted, between
from yiyang.district.columns import Batch
from yiyang.district.moments import at
from yiyang.district.months import Month, month_before, month_of
from yiyang.district.people import Resident
from yiyang.district.population import is_key_elder
from yiyang.district.scripts import MOTHER, NEIGHBOUR, SCRIPTS, STREET, WARD
from yiyang.district.setting import Setting
from yiyang.district.visit_records import Visit, add_visit
from yiyang.district.volunteers import Volunteers

_KINDS = Weighted({VisitKind.HOME: 0.75, VisitKind.PHONE: 0.17, VisitKind.VIDEO: 0.08})
_MINUTES = Weighted({30: 0.3, 45: 0.4, 60: 0.3})

_YESTERDAYS = Weighted({VisitState.DONE: 0.95, VisitState.NO_SHOW: 0.03, VisitState.REFUSED: 0.02})
_LAST_WEEKS = Weighted(
    {
        VisitState.VERIFIED: 0.72,
        VisitState.DONE: 0.22,
        VisitState.NO_SHOW: 0.03,
        VisitState.REJECTED: 0.02,
        VisitState.REFUSED: 0.01,
    }
)
_EARLIER = Weighted(
    {
        VisitState.VERIFIED: 0.94,
        VisitState.NO_SHOW: 0.03,
        VisitState.REJECTED: 0.02,
        VisitState.REFUSED: 0.01,
    }
)
_WEEK = -7

# How likely a visit of today or later is claimed: (days ahead at most, chance).
_CLAIMED = ((2, 0.7), (7, 0.45), (31, 0.2))

# Of an elder's four numbers of keys.
_TOLD, _LAST, _THIS = 0, 1, 2
_PER_ELDER = 4

_DUE_PER_ELDER = 2
_KNOWN_MINUTE = 3


@dataclass(frozen=True, slots=True)
class _Told:
    """A visit of the demo's story.

    Parameters:
        days: after today.
        minute: after midnight.
    """

    days: int
    minute: int
    minutes: int
    state: VisitState


class _Turn(NamedTuple):
    """Whose an elder's visits are.

    Parameters:
        place: of the volunteer in the street.
        number: how many elders the volunteer has had before.
        plays: whether this is the player.
    """

    volunteer: UUID
    place: int
    number: int
    plays: bool


_STORY = {
    MOTHER.name: _Told(days=1, minute=600, minutes=60, state=VisitState.OPEN),
    NEIGHBOUR.name: _Told(days=2, minute=870, minutes=45, state=VisitState.OPEN),
    WARD.name: _Told(days=3, minute=960, minutes=45, state=VisitState.CLAIMED),
}


class Visits:
    """The visits of one elder after the other."""

    def __init__(self, setting: Setting, volunteers: Volunteers) -> None:
        self._setting = setting
        self._volunteers = volunteers
        self._this = month_of(setting.today)
        self._last = month_before(self._this)
        self._due: Counter[str] = Counter()

    def add(self, batch: Batch, resident: Resident, rng: Random) -> None:
        """The elder's visits into a batch, with their history."""
        if is_key_elder(resident.index):
            self._add_due(batch, resident)
        for visit in self._of(resident, rng):
            add_visit(batch, self._setting, resident, visit, rng)

    def _add_due(self, batch: Batch, resident: Resident) -> None:
        """The visits that the elder is due, known since the first morning of their month."""
        for place, month in enumerate((self._last, self._this)):
            key = self._setting.keys[numbers.DUE + _DUE_PER_ELDER * resident.index + place]
            elder, code = self._setting.elder(resident), resident.community.code
            known = at(month.first, _KNOWN_MINUTE)
            batch["visit_obligation"].append((key, elder, code, month.first, month.first, known))

    def _of(self, resident: Resident, rng: Random) -> Iterator[Visit]:
        told = SCRIPTS[resident.index] if resident.index < len(SCRIPTS) else None
        if told:
            yield self._told(resident, _STORY[told.name])
        if not is_key_elder(resident.index):
            return
        turn = self._next_turn(resident.community.street_code)
        first = numbers.VISIT + _PER_ELDER * resident.index
        last = self._drawn(first + _LAST, self._last, turn, rng)
        yield last._replace(kind=VisitKind.HOME, state=VisitState.VERIFIED) if told else last
        if not told:
            yield self._drawn(first + _THIS, self._this, turn, rng)

    def _told(self, resident: Resident, told: _Told) -> Visit:
        return Visit(
            number=numbers.VISIT + _PER_ELDER * resident.index + _TOLD,
            kind=VisitKind.HOME,
            state=told.state,
            volunteer=self._volunteers.key(STREET, 0),
            day=self._setting.today + timedelta(told.days),
            minute=told.minute,
            minutes=told.minutes,
        )

    def _next_turn(self, street: str) -> _Turn:
        """The street's volunteers take the elders in turn."""
        number, place = divmod(self._due[street], self._volunteers.in_street(street))
        self._due[street] += 1
        plays = street == STREET and place == 0
        return _Turn(self._volunteers.key(street, place), place, number, plays)

    def _drawn(self, number: int, month: Month, turn: _Turn, rng: Random) -> Visit:
        day, hour = month.hour(turn.number, turn.place)
        minutes = _MINUTES.draw(rng)
        return Visit(
            number=number,
            kind=_KINDS.draw(rng),
            state=self._state(day, rng, plays=turn.plays),
            volunteer=turn.volunteer,
            day=day,
            minute=60 * hour + 15 * between(rng, 0, (60 - minutes) // 15),
            minutes=minutes,
        )

    def _state(self, day: date, rng: Random, *, plays: bool) -> VisitState:
        ahead = (day - self._setting.today).days
        if ahead < 0:
            states = _YESTERDAYS if ahead == -1 else _LAST_WEEKS if ahead >= _WEEK else _EARLIER
            return states.draw(rng)
        chance = next(chance for days, chance in _CLAIMED if ahead <= days)
        # Who plays the volunteer chooses what to claim.
        return VisitState.CLAIMED if rng.random() < chance and not plays else VisitState.OPEN
