"""Events that have no receipt yet: a device keeps each until it has one, and sends it again."""

from dataclasses import dataclass
from typing import Final

_FIRST_WAIT_S: Final = 3.0
_LONGEST_WAIT_S: Final = 60.0


@dataclass(slots=True)
class _Waiting:
    topic: str
    payload: bytes
    due_s: float
    wait_s: float = _FIRST_WAIT_S


class Unconfirmed:
    """The events of any number of devices, each known by its device and its id."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, device: str, ident: str, topic: str, payload: bytes, now_s: float) -> None:
        """Keep an event, due at once.

        Parameters:
            now_s: seconds on a monotonic clock, as everywhere here.
        """
        self._waiting[device, ident] = _Waiting(topic, payload, due_s=now_s)

    def confirm(self, device: str, ident: str) -> None:
        """A receipt came, whatever it says: the event need not be sent again."""
        self._waiting.pop((device, ident), None)

    def hasten(self, now_s: float) -> None:
        """A new connection: whatever waits is due at once, and as soon again as at first."""
        for event in self._waiting.values():
            event.due_s, event.wait_s = now_s, _FIRST_WAIT_S

    def due(self, now_s: float) -> list[tuple[str, bytes]]:
        """What is to be sent now, as (topic, payload); each is due again, later every time."""
        sent = [event for event in self._waiting.values() if event.due_s <= now_s]
        for event in sent:
            event.due_s = now_s + event.wait_s
            event.wait_s = min(2 * event.wait_s, _LONGEST_WAIT_S)
        return [(event.topic, event.payload) for event in sent]
