"""What a batch is, and what comes back; who carries it is an adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from domain.upstream.rows import VERSION


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes on their way.

    Parameters:
        name: of the destination.
        events: in the order in which they happened, one at least.
    """

    name: str
    events: Sequence[dict[str, Any]]

    @property
    def id(self) -> str:
        """The same for the same changes: by it, or by their positions, a second one is known."""
        return f"{self.name}-{self.events[0]['position']}-{self.events[-1]['position']}"

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, as JSON."""
        return {"v": VERSION, "id": self.id, "events": list(self.events)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt.

    Parameters:
        status: HTTP's; None where there was none.
        fault: in a word; None where it has arrived.
        retry_after: how long the other side wants to be left alone.
    """

    status: int | None
    fault: str | None
    retry_after: timedelta | None = None


class Carrier(Protocol):
    """Carries batches."""

    async def carry(self, batch: Batch) -> Answer:
        """Try once; whatever goes wrong outside is an answer."""
        ...
