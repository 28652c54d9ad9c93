"""Which of several bridges stores a device's messages. No I/O here.

Each bridge gets all messages. Of the members of a view, the one with the highest hash of its name
and the device's id stores a device's (rendezvous hashing, Thaler and Ravishankar 1996): when a
member comes or goes, only what it gains or loses changes hands.
"""

import re
from collections.abc import Collection
from hashlib import blake2b
from typing import Final

_REMEMBERED: Final = 200_000

# Of an id, whether in a topic of ours or of a vendor's.
_DIGITS: Final = re.compile(rb"[0-9a-f]{32}")

View = Collection[str]


def owner(view: View, device: bytes) -> str:
    """Whose a device is, of the members of a view; one at least."""
    return max(view, key=lambda name: (_weight(name, device), name))


def _weight(name: str, device: bytes) -> bytes:
    return blake2b(device, digest_size=8, key=blake2b(name.encode()).digest()).digest()


class Duty:
    """What one bridge stores: all that is its own in any of some views.

    Two bridges that both store a message do no harm; a message that both leave to the other is
    lost. So whoever is in doubt names more views.

    Parameters:
        name: the bridge's.
        views: everything is its own where there is none, or where one is empty.
    """

    def __init__(self, name: str, views: Collection[View]) -> None:
        self._name = name
        self._views = views
        self._everything = not views or not all(views) or all(set(v) == {name} for v in views)
        self._known: dict[bytes, bool] = {}

    def covers(self, topic: bytes) -> bool:
        """Whether messages on a topic are this bridge's to store."""
        if self._everything:
            return True
        known = self._known.get(topic)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = _DIGITS.search(topic)
            device = found[0] if found else topic
            known = any(owner(view, device) == self._name for view in self._views)
            self._known[topic] = known
        return known
