"""Whole numbers of a thing shared out by weight."""

from collections.abc import Hashable, Mapping
from itertools import accumulate
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def apportion(total: int, weights: Mapping[Key, float], *, least: int = 0) -> dict[Key, int]:
    """Share out ``total`` in proportion to the weights, rounded so that the shares add up.

    Parameters:
        weights: more than 0 together.
        least: what each has at least, even if that makes more of them.
    """
    all_weights = sum(weights.values())
    ends = [round(total * reached / all_weights) for reached in accumulate(weights.values())]
    starts = [0, *ends[:-1]]
    return {
        key: max(end - start, least) for key, start, end in zip(weights, starts, ends, strict=True)
    }
