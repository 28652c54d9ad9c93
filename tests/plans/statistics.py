"""What a run has tried, so that it cannot pass by trying nothing."""

from collections import Counter
from dataclasses import dataclass, field

from tests.plans.running import Outcome


@dataclass
class Statistics:
    """Counts of operations, most of them as ordinary execution answered them.

    Parameters:
        counts: by what is said of them.
        visited: type and name of each field in an operation that was executed.
        no_plan: why there was none.
        unplanned: documents that were answered without errors, but not by a plan.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    visited: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    no_plan: Counter[str] = field(default_factory=Counter[str])
    unplanned: list[str] = field(default_factory=list[str])

    def note(
        self,
        document: str,
        visited: frozenset[tuple[str, str]],
        planned: Outcome,
        ordinary: Outcome,
    ) -> None:
        """One operation has been answered twice."""
        body = ordinary.body
        self.counts["asked"] += 1
        self.counts["with errors"] += "errors" in body
        self.counts["masked"] += "masked" in body.get("extensions", {})
        self.counts["with data"] += any((body.get("data") or {}).values())
        if not ordinary.answer.ran:
            return
        self.visited |= visited
        self.counts["run"] += 1
        self.counts["planned"] += planned.answer.planned
        if planned.unplanned is not None:
            self.no_plan[planned.unplanned] += 1
        if "errors" not in body:
            self.counts["without errors"] += 1
            self.unplanned += [] if planned.answer.planned else [document]

    def share(self, what: str, of: str) -> float:
        """The part of some operations of which something is true."""
        return self.counts[what] / max(self.counts[of], 1)

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        reasons = ", ".join(f"{count} {why}" for why, count in self.no_plan.most_common())
        return f"{counted}; no plan: {reasons}"
