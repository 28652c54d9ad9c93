"""A bridge speaks to itself, to learn that all before its words has been stored."""

from collections.abc import Sequence
from uuid import uuid4

from devices import topics
from devices.client import BatchClient


class Markers:
    """Messages to oneself, one through each filter; when they are back, all before them is stored.

    Parameters:
        filters: what the session is subscribed to.
        name: the session's.
    """

    def __init__(self, filters: Sequence[str], name: str) -> None:
        self._topics = topics.markers(filters, name)
        self._token = b""
        self._awaited: set[str] = set()
        self._connection = 0

    async def send(self, client: BatchClient) -> None:
        """Publish them, unless they are on their way over this connection."""
        if self._awaited and self._connection == client.number:
            return
        self._token, self._connection = uuid4().hex.encode(), client.number
        self._awaited = set(self._topics)
        for topic in self._topics:
            await client.publish(topic, self._token, qos=1)

    def returned(self, topic: str, payload: bytes) -> bool:
        """Take what came back, once all before it is committed. Returns: whether that was the last
        one."""
        if not self._awaited or payload != self._token:
            return False
        self._awaited.discard(topic)
        return not self._awaited
