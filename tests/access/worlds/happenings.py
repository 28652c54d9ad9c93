"""What happens in a world, by the services that do it: rights come and go, and alarms ring."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.accounts import granting
from domain.alarms import service as alarms
from domain.alarms.models import AlarmSeverity, AlarmType, ResolveReason
from domain.alarms.raising import Signal
from domain.calendar import now
from domain.clients import service as clients
from domain.errors import DomainError, NotFound
from domain.family import service as family
from domain.visits import service as visits
from tests.access.prepared import PHOTO
from tests.access.world import Row, World
from tests.access.worlds.ground import Ground
from tests.plans.tape import Tape
from tests.signals import its_time_comes

EVERYWHERE = "33"
"""The province: who works for it sees the whole district."""

_SCOPES = (*ConsentScope, *[ConsentScope.ALARMS] * 4)
_OPEN = ("RAISED", "ACKNOWLEDGED", "DISPATCHED", "ARRIVED")


class Happenings:
    """Decides what happens, and has it happen.

    Parameters:
        concerned: those whose rights change more often than others', and whose elders call.
    """

    def __init__(
        self, ground: Ground, tape: Tape, concerned: Sequence[Actor], counts: Counter[str]
    ) -> None:
        self.ground, self.tape, self.counts = ground, tape, counts
        self.concerned = [actor.id for actor in concerned]
        self.world = ground.world

    async def go_on(self, world: World) -> None:
        """Some rights change, or none do; then something befalls one alarm.

        Parameters:
            world: as it is.
        """
        self.world = world
        kinds = [*[self._consents] * 2, self._link, self._role, self._visit, *[self._client] * 2]
        for _ in range(self.tape.pick([1, 1, 2, 0])):
            await self._try(self.tape.pick(kinds))
        answered = self.tape.chance(45) and await self._try(self._answer)
        if not answered:
            await self._try(self._ring)

    async def _try(self, kind: Any) -> bool:
        """Whether it has happened: what a service refuses has not."""
        try:
            async with self.ground.database.transaction("world") as session:
                await kind(session)
        except DomainError as refused:
            self.counts[f"refused: {kind.__name__[1:]}, {refused.code}"] += 1
            return False
        self.counts[kind.__name__[1:]] += 1
        return True

    def _rows(self, table: str) -> list[Row]:
        rows = self.world.tables[table]
        return [rows[key] for key in sorted(rows)]

    def _pick(self, rows: Sequence[Row]) -> Row:
        """Raises: NotFound where there is none."""
        if not rows:
            raise NotFound
        return self.tape.pick(rows)

    def _links(self, *states: str) -> list[Row]:
        return [
            link
            for link in self._rows("family_link")
            if link["account_id"] in self.concerned and link["state"] in states
        ]

    def _theirs(self) -> list[Row]:
        """Devices that concern one of those concerned: of a linked elder, their own, of their
        make."""
        account = self.world.tables["account"][self.tape.pick(self.concerned)]
        linked = {
            link["elder_id"]
            for link in self._links("ACTIVE", "ENDED")
            if link["account_id"] == account["id"]
        }
        elders, vendor = linked | {account["elder_id"]}, account["vendor_id"]
        return [
            device
            for device in self._placed()
            if device["elder_id"] in elders or device["vendor_id"] == vendor
        ]

    def _placed(self) -> list[Row]:
        """Devices that are not in stock."""
        return [row for row in self._rows("device") if row["elder_id"] or row["station_id"]]

    def _staff(self, *roles: Role) -> Actor:
        actor = self.ground.one_of(self.tape, self.tape.pick(roles))
        return Actor(actor.id, actor.role, EVERYWHERE)

    async def _consents(self, session: AsyncSession) -> None:
        """Of what is shown to one of the family, some more or some less."""
        link = self._pick(self._links("ACTIVE"))
        scopes = [self.tape.pick(_SCOPES) for _ in range(self.tape.pick([1, 3]))]
        who = (session, self._staff(Role.STATION), self.ground.vault, link["id"])
        if self.tape.chance(50):
            await family.withdraw(*who, scopes=scopes, paper=PHOTO)
        else:
            until = self.tape.pick([None, now() + timedelta(days=1)])
            await family.grant(*who, family.Showing(scopes, until, PHOTO))

    async def _link(self, session: AsyncSession) -> None:
        """One ends, or begins."""
        link = self._pick(self._links("ACTIVE", "REQUESTED"))
        who = (session, self._staff(Role.STATION), self.ground.vault, link["id"])
        if link["state"] == "ACTIVE":
            await family.end(*who, PHOTO)
        else:
            scopes = [ConsentScope.ALARMS, self.tape.pick(_SCOPES)]
            await family.accept(*who, family.Showing(scopes, paper=PHOTO))

    async def _role(self, session: AsyncSession) -> None:
        """Ends."""
        await granting.end(session, self._staff(Role.ADMIN), self.tape.pick(self.concerned))

    async def _client(self, session: AsyncSession) -> None:
        """Of a vendor's gets other scopes, or is disabled."""
        client = self._pick(self._rows("oauth_client"))
        if self.tape.chance(25):
            await clients.disable(session, client["id"])
        else:
            scopes = [scope for scope in DataScope if self.tape.chance(70)]
            await clients.give_scopes(session, client["id"], scopes)

    async def _visit(self, session: AsyncSession) -> None:
        """Is claimed, given back, or made: who goes there is then known, or no longer."""
        volunteer = self._staff(Role.VOLUNTEER)
        verb = {"OPEN": visits.claim, "CLAIMED": visits.release, "CHECKED_IN": visits.check_out}
        mine = [
            visit
            for visit in self._rows("visit_task")
            if visit["state"] in verb and visit["claimed_by"] in (None, volunteer.id)
        ]
        visit = self._pick(mine)
        await verb[visit["state"]](session, volunteer, visit["id"])

    async def _ring(self, session: AsyncSession) -> None:
        """A device raises an alarm, or raises it again."""
        device = self.tape.pick(self._theirs() or self._placed())
        station = self.world.tables["station"].get(device["station_id"])
        place = station or self.world.tables["elder"][device["elder_id"]]
        row = {**device, "device_id": device["id"], "region_code": place["region_code"]}
        await alarms.raise_alarms(session, [_signal(row, self.tape.pick(list(AlarmType)))])

    async def _answer(self, session: AsyncSession) -> None:
        """Somebody answers an alarm, or nobody has."""
        alarm = self._pick([row for row in self._rows("alarm") if row["state"] in _OPEN])
        who = self._staff(Role.STATION, Role.DISPATCHER, Role.ADMIN)
        match self.tape.number(4):
            case 0 if alarm["state"] == "RAISED" and alarm["level"] < 3:
                await its_time_comes(session, alarm["id"])
            case 1:
                reason = self.tape.pick(list(ResolveReason))
                await alarms.resolve(session, who, alarm["id"], reason)
            case 2 if alarm["cleared_at"] is None:
                await alarms.clear_alarms(session, [_signal(alarm, alarm["type"])])
            case _:
                verbs = [alarms.acknowledge, alarms.dispatch, alarms.arrive, alarms.resolve]
                given = [ResolveReason.TRUE_ALARM] if alarm["state"] == "ARRIVED" else []
                await verbs[_OPEN.index(alarm["state"])](session, who, alarm["id"], *given)


def _signal(row: Row, kind: AlarmType) -> Signal:
    """Of the elder or of the station that a row names."""
    whose = row["elder_id"], row["device_id"], row["region_code"]
    return Signal(*whose, kind, AlarmSeverity.MAJOR, now(), station_id=row["station_id"])
