"""Chance that repeats itself: every draw comes from a stream named by the seed and its use."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Value = TypeVar("Value")


def stream(seed: int, use: str, index: int = 0) -> Random:
    """The random stream of one thing, independent of every other's.

    Parameters:
        seed: the district's seed.
        use: what is drawn, for example ``elder``.
        index: which of them.
    """
    # A text seeds by its SHA-512, the same in every process; hash() would not be.
    return Random(f"{seed}/{use}/{index}")


def between(rng: Random, first: int, last: int) -> int:
    """A whole number from ``first`` to ``last``, both inside."""
    # Half the time of randint(), and an elder takes a score of draws.
    return first + int(rng.random() * (last - first + 1))


def pick(rng: Random, values: Sequence[Value]) -> Value:
    """One of the values, all equally likely."""
    return values[int(rng.random() * len(values))]


class Weighted(Generic[Value]):
    """Values drawn in proportion to their weights.

    Parameters:
        weights: a weight of 0 or more for each value; they need not add up to 1.
    """

    def __init__(self, weights: Mapping[Value, float]) -> None:
        self._values = tuple(weights)
        self._cumulative = tuple(accumulate(weights.values()))
        self._total = self._cumulative[-1]

    def draw(self, rng: Random) -> Value:
        """One value."""
        return self._values[bisect(self._cumulative, rng.random() * self._total)]
