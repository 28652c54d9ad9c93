"""Real heart rates to replay; where they come from: SOURCES.md."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Recording:
    """The heartbeats of one person for some minutes.

    Parameters:
        seconds: when each beat was felt, from 0 on.
        rates: the rate at each, beats a minute, from the interval to the beat before.
    """

    name: str
    seconds: Sequence[float]
    rates: Sequence[float]

    @property
    def length_s(self) -> float:
        """From the first beat to the last."""
        return self.seconds[-1]

    def rate(self, at_s: float, window_s: float) -> float:
        """The mean rate over the window that ends at a moment, as a band reports it.

        Parameters:
            at_s: seconds since the first beat.
            window_s: how far back beats count; where there is none, the next one does.
        """
        end = bisect_right(self.seconds, at_s)
        start = bisect_left(self.seconds, at_s - window_s)
        if start == end:
            return self.rates[min(end, len(self.rates) - 1)]
        return fmean(self.rates[start:end])


@cache
def recordings() -> dict[str, Recording]:
    """Every recording, by name: ``resting`` and ``active``."""
    text = files("devices").joinpath("heart_rate_recordings.csv").read_text(encoding="utf-8")
    beats: dict[str, list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        beat = float(row["seconds"]), float(row["beats_per_minute"])
        beats.setdefault(row["recording"], []).append(beat)
    return {
        name: Recording(
            name,
            [seconds - found[0][0] for seconds, _ in found],
            [rate for _, rate in found],
        )
        for name, found in beats.items()
    }
