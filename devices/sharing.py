"""How several bridges share the devices of a tenant, and why nothing is lost as they come and go.

Each has a session of its own at the broker, in which every message waits until that bridge
acknowledges it: after it was stored, or at once where another bridge is to store it. A view
(``domain/devices/bridges.py``) says which one. From view to view:

1.  A bridge that has learned of a new view stores what is its own in the new *or* in the old one,
    and says so (``adopted``).
2.  What others have left to it under the old view lies in its session already. So when all have
    adopted, it publishes a marker on each of the filters it reads. A marker that is back, and all
    before it committed, means that nothing of that time is left: from then on it stores by the new
    view alone, and says so (``settled``).
3.  When all have settled, the next view may be made.

Who has just started stores everything until it has settled; so does who is in no view. A bridge
that was not seen for ten seconds is left out of the next view; what lies in its session is taken
out by another one, which reads on there under its name until its own markers are back.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, NamedTuple

from devices.client import BatchClient
from devices.duty import Duty, owner
from devices.markers import Markers
from domain.database import Database
from domain.devices import bridges
from domain.devices.bridges import LEASE, Member, Standing
from domain.outage import is_outage

_LOG = logging.getLogger(__name__)

_TICK_S: Final = 1.0
_PATIENCE_S: Final = 10.0
_GRACE_S: Final = 1.0
"""From the moment at which all have adopted until the markers: within it a broker has put what one
bridge has got into the others' sessions, too."""

_HICCUP_S: Final = 3.0
"""Who could not look for so long does not know whether the others could be seen."""


def next_view(seen: Standing) -> list[str] | None:
    """Who should be in the next view; None while there is no need, or not all have settled."""
    if not all_have(seen, lambda bridge: bridge.settled):
        return None
    wanted = sorted(bridge.name for bridge in seen.bridges if bridge.alive)
    return wanted if wanted and wanted != sorted(seen.members) else None


def all_have(seen: Standing, reached: Callable[[Member], int]) -> bool:
    """Whether all living bridges of the two views have reached the newest in some respect."""
    members = {*seen.members, *seen.before}
    return all(reached(b) >= seen.epoch for b in seen.bridges if b.alive and b.name in members)


def orphans(seen: Standing, heir: str) -> list[str]:
    """The bridges that are gone for good and whose sessions are for this one to empty."""
    living = [
        bridge.name for bridge in seen.bridges if bridge.alive and bridge.name in seen.members
    ]
    if heir not in living or not all_have(seen, lambda bridge: bridge.settled):
        return []
    gone = (b.name for b in seen.bridges if not b.alive and b.name not in seen.members)
    return [name for name in gone if owner(living, name.encode()) == heir]


class Place(NamedTuple):
    """Where bridges share: by which database, whose devices, and what each is subscribed to."""

    database: Database
    tenant: str
    filters: Sequence[str]


class Sharing:
    """One bridge's part in it; ``duty`` says what it stores now.

    Parameters:
        client: its connection, if it is subscribed.
        inherit: called with the names of bridges whose sessions it has to empty.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        client: Callable[[], BatchClient | None],
        inherit: Callable[[list[str]], None],
    ) -> None:
        self._place, self._name = place, name
        self._client, self._inherit = client, inherit
        self._markers = Markers(place.filters, name)
        self._adopted = self._settled = 0
        self._ever_settled = False
        self._agreed_at: float | None = None
        self._looked_at = self._steady_since = monotonic()
        self._seen = Standing(0, (), (), ())
        self._views: tuple[tuple[str, ...], ...] = ()
        self.duty = Duty(name, ())

    def covers(self, topic: bytes) -> bool:
        """Whether this bridge stores what is published on a topic."""
        return self.duty.covers(topic)

    async def run(self) -> None:
        """Look and say, until cancelled; a database that is away is waited for."""
        while True:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._look()
                await self._act()
            except Exception as failure:
                # What it stores stays as it is: the others wait for this bridge, or do without.
                level = logging.DEBUG if is_outage(failure) else logging.ERROR
                _LOG.log(level, "The other bridges cannot be seen: %s", failure)
            await asyncio.sleep(_TICK_S)

    def returned(self, topic: str, payload: bytes) -> None:
        """A marker is back, and all before it is committed."""
        if self._markers.returned(topic, payload):
            self._settled, self._ever_settled = self._adopted, True
            self._take_up()

    async def _look(self) -> None:
        async with self._place.database.transaction("bridge") as session:
            if self._client():
                await bridges.note_presence(
                    session, self._place.tenant, self._name, self._adopted, self._settled
                )
            seen = self._believed(await bridges.standing(session, self._place.tenant))
            wanted = next_view(seen)
            if wanted and self._name in wanted:
                await bridges.propose(session, self._place.tenant, seen.epoch + 1, wanted)
        self._seen = seen

    def _believed(self, seen: Standing) -> Standing:
        now = monotonic()
        if now - self._looked_at > _HICCUP_S:
            self._steady_since = now
        self._looked_at = now
        if now - self._steady_since > LEASE.total_seconds():
            return seen
        return seen._replace(bridges=tuple(b._replace(alive=True) for b in seen.bridges))

    async def _act(self) -> None:
        seen = self._seen
        if seen.epoch > self._adopted:
            self._adopted, self._agreed_at = seen.epoch, None
            self._markers = Markers(self._place.filters, self._name)
        if self._name not in seen.members:
            # It stores everything and relies on nobody, and nobody relies on it.
            self._settled = self._adopted
        self._take_up()
        if self._settled < self._adopted == seen.epoch:
            await self._settle(seen)
        self._inherit(orphans(seen, self._name))

    async def _settle(self, seen: Standing) -> None:
        client = self._client()
        if client is None or not all_have(seen, lambda bridge: bridge.adopted):
            self._agreed_at = None
            return
        self._agreed_at = self._agreed_at or monotonic()
        if monotonic() - self._agreed_at >= _GRACE_S:
            await self._markers.send(client)

    def _take_up(self) -> None:
        """Store by what is known now."""
        views = self._views_now(self._seen)
        if views != self._views:
            self._views, self.duty = views, Duty(self._name, views)

    def _views_now(self, seen: Standing) -> tuple[tuple[str, ...], ...]:
        if not self._ever_settled or self._name not in seen.members:
            return ()
        # What belongs to somebody who is not to be seen is stored at once, not after the next view.
        living = {bridge.name for bridge in seen.bridges if bridge.alive}
        present = tuple(name for name in seen.members if name in living or name == self._name)
        if self._settled < seen.epoch:
            return seen.members, present, seen.before
        return seen.members, present
