"""Who of those who have applied gets which visit, and why: sums alone, that anybody can do again.

Who had fewest visits in the last thirty days goes first; then who said to have time, who lives
nearer, and at last the lot, which the window's seed decides. When somebody applied counts for
nothing: that would be first come, first served once more.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.allotment.lifecycle import Because
from domain.allotment.matching import Wish, allot
from domain.allotment.models import VisitApplication
from domain.visits.models import VisitTask

LOTS: Final = 2**31
"""How many there are."""

_FAR = 3
_VISITS = 1000
"""More than are allotted at once: no number of lots outweighs a step of the way."""


@dataclass
class Candidate:
    """Somebody who asks for a visit, and all that it is decided by.

    Parameters:
        person: the same for all accounts of one person's.
        gone: whether the visit is no longer to be given.
        fits: whether it is, and they may make it.
        steps_away: 0 in one's own community, 1 in one's own street, 2 elsewhere.
    """

    application: VisitApplication
    person: UUID
    visit: VisitTask
    gone: bool
    fits: bool
    visits_before: int
    has_time: bool
    steps_away: int
    lot: int

    @property
    def volunteer_id(self) -> UUID:
        """Whose application it is."""
        return self.application.volunteer_id

    @property
    def rank(self) -> int:
        """How well they suit each other, less is better: time, then nearness, then the lot."""
        late = 0 if self.has_time else _FAR * _VISITS
        return (late + self.steps_away) * LOTS * _VISITS + self.lot


def lot(seed: str, task_id: UUID, volunteer_id: UUID) -> int:
    """The number that somebody draws for a visit, 0 to 2,147,483,647, less is better: the first 31
    bits of the SHA-256 of ``seed/task/volunteer``, the keys as 32 hex digits."""
    text = f"{seed}/{task_id.hex}/{volunteer_id.hex}"
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") >> 1


def decide(candidates: Sequence[Candidate]) -> dict[UUID, UUID]:
    """Who gets which visit: visit -> volunteer.

    Visits whose times overlap, or are linked by others that do, are one block, of which nobody gets
    two in a round. Who could make another at the other end of a long block gets it in a next one.
    """
    chosen = _once_a_person(candidates)
    given = _given([one for theirs in chosen.values() for one in theirs.values()])
    return {visit_id: chosen[visit_id][who].volunteer_id for visit_id, who in given.items()}


def _given(fitting: Sequence[Candidate]) -> dict[UUID, UUID]:
    """Visit -> person."""
    before = {one.person: one.visits_before for one in fitting}
    visits = {one.visit.id: one.visit for one in fitting}
    given: dict[UUID, UUID] = {}
    while True:
        mine = _by_person(given, visits)
        left = [
            one
            for one in fitting
            if one.visit.id not in given
            and not any(overlap(one.visit, other) for other in mine[one.person])
        ]
        block = blocks([one.visit for one in left])
        wishes = [Wish(one.visit.id, one.person, block[one.visit.id], one.rank) for one in left]
        more = allot(wishes, Counter(before) + Counter(given.values()))
        if not more:
            return given
        given |= more


def overlap(one: VisitTask, other: VisitTask) -> bool:
    """Half-open times: one may begin when another ends."""
    return one.scheduled_from < other.scheduled_to and other.scheduled_from < one.scheduled_to


def blocks(visits: Sequence[VisitTask]) -> dict[UUID, int]:
    """Visit -> the number of its block."""
    found: dict[UUID, int] = {}
    number, ends = 0, None
    for visit in sorted(visits, key=lambda one: (one.scheduled_from, one.id)):
        if ends is not None and visit.scheduled_from >= ends:
            number, ends = number + 1, None
        found[visit.id] = number
        ends = _later(ends, visit.scheduled_to)
    return found


def reasons(candidates: Sequence[Candidate], given: Mapping[UUID, UUID]) -> list[Because]:
    """Why each got the visit, or did not.

    Whoever has it is compared with the best of the others; each of these with whoever has it.
    """
    person = {one.volunteer_id: one.person for one in candidates}
    got = {visit_id: person[who] for visit_id, who in given.items()}
    number = Counter(got.values())
    mine = _by_person(got, {one.visit.id: one.visit for one in candidates})
    rivals = _once_a_person(candidates)

    def key(one: Candidate) -> tuple[int, bool, int, int]:
        """Of several who want one visit, the smallest goes first if nothing else is at stake."""
        others = number[one.person] - (got.get(one.visit.id) == one.person)
        return one.visits_before + others, not one.has_time, one.steps_away, one.lot

    def why(one: Candidate) -> Because:
        if not one.fits:
            return Because.VISIT_GONE if one.gone else Because.NOT_FIT
        has_it = given.get(one.visit.id) == one.volunteer_id
        if not has_it and any(overlap(one.visit, visit) for visit in mine[one.person]):
            return Because.OTHER_VISIT
        keys = {who: key(other) for who, other in rivals[one.visit.id].items()}
        won = keys.pop(got[one.visit.id])
        if not keys:
            return Because.ALONE
        return _first_difference(won, min(keys.values()) if has_it else keys[one.person])

    return [why(one) for one in candidates]


_THINGS = (Because.FEWER_VISITS, Because.HAS_TIME, Because.NEARER, Because.DRAWN)


def _first_difference(won: tuple[int, ...], lost: tuple[int, ...]) -> Because:
    """In what who got it comes before another; TOGETHER where the other would have come before, if
    it were about this visit alone."""
    if won > lost:
        return Because.TOGETHER
    return next(
        (thing for thing, one, other in zip(_THINGS, won, lost, strict=True) if one != other),
        Because.DRAWN,
    )


def _once_a_person(candidates: Sequence[Candidate]) -> dict[UUID, dict[UUID, Candidate]]:
    """Visit -> person -> the application that counts: who applies with two accounts draws one lot,
    with the one that suits better, else with the one of the lower key."""
    counts: defaultdict[UUID, dict[UUID, Candidate]] = defaultdict(dict)
    fitting = [one for one in candidates if one.fits]
    for one in sorted(
        fitting, key=lambda one: (not one.has_time, one.steps_away, one.volunteer_id)
    ):
        counts[one.visit.id].setdefault(one.person, one)
    return counts


def _by_person(
    given: Mapping[UUID, UUID], visits: Mapping[UUID, VisitTask]
) -> defaultdict[UUID, list[VisitTask]]:
    """What each has got."""
    mine: defaultdict[UUID, list[VisitTask]] = defaultdict(list)
    for visit_id, who in given.items():
        mine[who].append(visits[visit_id])
    return mine


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
