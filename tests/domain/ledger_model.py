"""What the rules say of minutes, written a second time in plain Python over dictionaries."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

A_DAY = 120
IN_ALL = 36_000


@dataclass(eq=False)
class Moved:
    """A transfer: what it gave each of the three, less for what it took."""

    purse: int
    own: int = 0
    donated: int = 0
    redeemed: int = 0
    day: int | None = None
    taken_back: bool = False


@dataclass(eq=False)
class Held:
    """Minutes that are set aside."""

    purse: int
    amount: int
    state: str = "HELD"


@dataclass
class Model:
    """Everything that was moved; what there is follows from it."""

    moved: dict[UUID, Moved] = field(default_factory=dict[UUID, Moved])
    holds: dict[UUID, Held] = field(default_factory=dict[UUID, Held])

    def _standing(self) -> list[Moved]:
        return [one for one in self.moved.values() if not one.taken_back]

    def balance(self, purse: int) -> int:
        return sum(one.own for one in self._standing() if one.purse == purse)

    def held(self, purse: int) -> int:
        return sum(
            one.amount for one in self.holds.values() if one.purse == purse and one.state == "HELD"
        )

    def available(self, purse: int) -> int:
        return self.balance(purse) - self.held(purse)

    def donated(self) -> int:
        return sum(one.donated for one in self._standing())

    def redeemed(self) -> int:
        return sum(one.redeemed for one in self._standing())

    def given(self, purse: int) -> Counter[int]:
        """By the days of the visits."""
        days = Counter[int]()
        for one in self._standing():
            if one.purse == purse and one.day is not None:
                days[one.day] += one.own
        return days

    def room(self, purse: int, day: int) -> int:
        given = self.given(purse)
        return max(0, min(A_DAY - given[day], IN_ALL - given.total()))

    def can_take_back(self, one: Moved) -> bool:
        """Whether what it gave is still there."""
        return not one.taken_back and one.own <= self.available(one.purse)


def counts(minutes: int) -> int:
    """Whole half hours."""
    return minutes - minutes % 30
