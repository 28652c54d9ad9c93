"""What the rules say of stays, written a second time in plain Python over sets of days.

Days are whole numbers, today is 0; the code under test is not asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

HORIZON = 5000
DAY_BED = 2
"""The beds are 0 to 2, and the last is for the day only."""

NEXT = {
    ("HELD", "RESERVE"): "RESERVED",
    ("HELD", "OCCUPY"): "OCCUPIED",
    ("RESERVED", "OCCUPY"): "OCCUPIED",
    ("OCCUPIED", "LEAVE"): "ON_LEAVE",
    ("ON_LEAVE", "RETURN"): "OCCUPIED",
    ("OCCUPIED", "TRANSFER"): "CLEANING",
    ("ON_LEAVE", "TRANSFER"): "CLEANING",
    ("OCCUPIED", "END"): "CLEANING",
    ("ON_LEAVE", "END"): "CLEANING",
    ("HELD", "END"): "CLOSED",
    ("RESERVED", "END"): "CLOSED",
    ("CLEANING", "CLOSE"): "CLOSED",
}
IN_BED = ("OCCUPIED", "ON_LEAVE")
NOT_READY = (*IN_BED, "CLEANING")


@dataclass(eq=False)
class Stay:
    """A stay; ``end`` is the first day no more."""

    bed: int
    elder: int
    state: str
    start: int
    end: int | None
    key: UUID | None = None

    @property
    def days(self) -> set[int]:
        """As written."""
        return span(self.start, self.end)

    @property
    def full_time(self) -> bool:
        return self.bed != DAY_BED

    def lasting(self, states: Iterable[str]) -> set[int]:
        """As written, and in these states through today."""
        return self.days | (span(self.start, 1) if self.state in states else set())


@dataclass(frozen=True)
class Refusal:
    """What is to be refused, and because of which stays."""

    code: str
    field: str | None = None
    blockers: frozenset[Stay] = frozenset()


Expected: TypeAlias = Refusal | Stay


@dataclass
class Model:
    """Every stay there is; each verb changes the model, or says what is to be refused."""

    stays: list[Stay] = field(default_factory=list[Stay])

    def admit(self, bed: int, elder: int, start: int, end: int | None, *, may: bool) -> Expected:
        if not -31 <= start <= 365:
            return Refusal("INVALID_INPUT", "starts_on")
        if end is not None and not start < end <= start + 3660:
            return Refusal("INVALID_INPUT", "ends_on")
        if not may:
            return Refusal("PERMISSION_DENIED")
        promised = self._promised(bed, elder, start, end) if start <= 0 else None
        if promised and end is None:
            end = promised.end
        wanted = Stay(bed, elder, "OCCUPIED" if start <= 0 else "RESERVED", start, end)
        refusal = self._refusal(wanted, promised)
        if refusal:
            return refusal
        if promised:
            promised.state, promised.start, promised.end = wanted.state, start, end
            return promised
        self.stays.append(wanted)
        return wanted

    def _refusal(self, wanted: Stay, promised: Stay | None) -> Refusal | None:
        days = wanted.lasting(IN_BED)
        others = [stay for stay in self.stays if stay is not promised]
        on_bed = [s for s in others if s.bed == wanted.bed and s.lasting(NOT_READY) & days]
        had = [s for s in others if s.lasting(IN_BED) & days]
        elsewhere = [s for s in had if both_full_time(s, wanted)]
        if on_bed:
            return Refusal("BED_UNAVAILABLE", "bed_id", frozenset((*on_bed, *elsewhere)))
        if elsewhere:
            return Refusal("ELDER_HAS_BED", "elder_id", frozenset(elsewhere))
        return None

    def _promised(self, bed: int, elder: int, start: int, end: int | None) -> Stay | None:
        theirs = [
            stay
            for stay in self.stays
            if (stay.bed, stay.elder) == (bed, elder)
            and stay.state in ("HELD", "RESERVED")
            and stay.days & span(start, end)
        ]
        return min(theirs, key=lambda stay: stay.start, default=None)

    def hold(self, bed: int, elder: int, start: int, end: int | None) -> Expected:
        """Whichever bed the elder has."""
        if not 0 <= start <= 365:
            return Refusal("INVALID_INPUT", "starts_on")
        held = Stay(bed, elder, "HELD", start, end)
        taken = [s for s in self.stays if s.bed == bed and s.lasting(NOT_READY) & held.days]
        if taken:
            return Refusal("BED_UNAVAILABLE", "bed_id", frozenset(taken))
        self.stays.append(held)
        return held

    def reserve(self, stay: Stay) -> Expected:
        if stay.state != "HELD":
            return Refusal("ILLEGAL_TRANSITION")
        promised = Stay(stay.bed, stay.elder, "RESERVED", stay.start, stay.end)
        refusal = self._refusal(promised, stay)
        if refusal:
            return refusal
        stay.state = "RESERVED"
        return stay

    def goes_out(self, stay: Stay, action: str) -> Expected:
        following = NEXT.get((stay.state, action))
        if following is None:
            return Refusal("ILLEGAL_TRANSITION")
        stay.state = following
        return stay

    def transfer(self, stay: Stay, bed: int, day: int) -> Expected:
        if (stay.state, "TRANSFER") not in NEXT:
            return Refusal("ILLEGAL_TRANSITION")
        if bed == stay.bed:
            return Refusal("INVALID_INPUT", "bed_id")
        if not max(stay.start, -31) <= day <= 0:
            return Refusal("INVALID_INPUT", "moved_on")
        end = stay.end if stay.end is not None and stay.end > day else None
        promised = self._promised(bed, stay.elder, day, end)
        if promised and end is None:
            end = promised.end
        before = stay.state, stay.end
        extended = self._leave(stay, day, "moved_on")
        if isinstance(extended, Refusal):
            return extended
        wanted = Stay(bed, stay.elder, "OCCUPIED", day, end)
        refusal = self._refusal(wanted, promised)
        if refusal:
            stay.state, stay.end = before
            return refusal
        if promised:
            promised.state, promised.start, promised.end = "OCCUPIED", day, end
            return promised
        self.stays.append(wanted)
        return wanted

    def leave(self, stay: Stay, end: int | None) -> Expected:
        following = NEXT.get((stay.state, "END"))
        if following is None:
            return Refusal("ILLEGAL_TRANSITION")
        if following == "CLOSED":
            stay.state, stay.end = following, stay.start
            return stay
        last = end or 0
        if not stay.start <= last <= 0:
            return Refusal("INVALID_INPUT", "ends_on")
        return self._leave(stay, last, "ends_on")

    def _leave(self, stay: Stay, last: int, field: str) -> Expected:
        had = span(stay.start, last)
        others = [other for other in self.stays if other is not stay and other.days & had]
        on_bed = {other for other in others if other.bed == stay.bed}
        elsewhere = {other for other in others if both_full_time(other, stay)}
        if on_bed or elsewhere:
            code = "BED_UNAVAILABLE" if on_bed else "ELDER_HAS_BED"
            return Refusal(code, field, frozenset(on_bed | elsewhere))
        stay.state, stay.end = "CLEANING", last
        return stay

    def clean(self, stay: Stay) -> Expected:
        if stay.state != "CLEANING":
            return Refusal("ILLEGAL_TRANSITION")
        stay.state = "CLOSED"
        return stay


def span(start: int, end: int | None) -> set[int]:
    """Half-open."""
    return set(range(start, HORIZON if end is None else end))


def both_full_time(one: Stay, other: Stay) -> bool:
    """Whether the elder cannot have both on one day; what a home holds keeps them from none."""
    other_held = other.state == "HELD" or one.state == "HELD"
    return one.elder == other.elder and one.full_time and other.full_time and not other_held


def apart(stays: Iterable[Stay]) -> bool:
    """Whether no day belongs to two of them."""
    spans = [stay.days for stay in stays]
    return sum(map(len, spans)) == len(set[int]().union(*spans))
