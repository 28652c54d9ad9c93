"""Homes, those who apply to them, and what both do over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.admissions.models import AdmissionApplication, AdmissionApplicationLog
from domain.beds.models import BedKind, BedStay
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.outbox import OutboxEvent
from tests.clients import Api
from tests.makers.beds import bedless_elders, make_bed, make_station, region_of
from tests.makers.family import make_relative

DISTRICT = "330102"

Answer: TypeAlias = dict[str, Any]

SHOWN = """id state submittedAt rejectReason version availableActions
place { number waiting points because { careLevel tag points } rule }
stay { id state heldUntil bed { id } startsOn } history { action state account { id } note }"""


@dataclass(frozen=True)
class Homes:
    """Some homes with a bed each, and elders of the demo district with a relative each.

    Parameters:
        staff: who decides, for the whole district.
        relatives: of the elders, in their order.
    """

    api: Api
    database: Database
    staff: Actor
    region_code: str
    stations: Sequence[UUID]
    beds: Sequence[UUID]
    elders: Sequence[UUID]
    relatives: Sequence[Actor]

    async def ask(self, who: Role | Actor, verb: str, **given: Any) -> Answer:
        """The payload of a mutation of applications; it has no other errors than its own."""
        query = (
            f"mutation ($input: AdmissionApplication{verb}Input!) {{"
            f" done: admissionApplication{verb}(input: $input) {{"
            f" admissionApplication {{ {SHOWN} }}"
            " userErrors { code field message blockers } } }"
        )
        answer = await self.api.post(who, query, {"input": given})
        assert "errors" not in answer, answer
        return answer["data"]["done"]

    async def done(self, who: Role | Actor, verb: str, **given: Any) -> dict[str, Any]:
        """The application of a mutation that must have been done."""
        answer = await self.ask(who, verb, **given)
        assert answer["userErrors"] == [], answer
        return answer["admissionApplication"]

    async def refused(self, who: Role | Actor, verb: str, **given: Any) -> dict[str, Any]:
        """The error of one that must have been refused, and must not have changed anything."""
        before = await self.written()
        answer = await self.ask(who, verb, **given)
        (error,) = answer["userErrors"]
        assert await self.written() == before
        return error

    async def applied(self, elder: int = 0, home: int = 0, **more: Any) -> str:
        """The id of an application that was sent."""
        relative = self.relatives[elder]
        given = {
            "elderId": public_id("elder", self.elders[elder]),
            "stationId": public_id("station", self.stations[home]),
            "kind": "INSTITUTION",
            **more,
        }
        draft = await self.done(relative, "Create", **given)
        return (await self.done(relative, "Submit", id=draft["id"]))["id"]

    async def assessed(self, elder: int = 0, home: int = 0, **more: Any) -> str:
        """The id of one that the home looks at."""
        application = await self.applied(elder, home, **more)
        return (await self.done(self.staff, "Assess", id=application))["id"]

    async def waiting(self, elder: int = 0, home: int = 0, **more: Any) -> str:
        """The id of one that waits for its turn."""
        application = await self.assessed(elder, home, **more)
        return (await self.done(self.staff, "Waitlist", id=application))["id"]

    def bed_for(self, bed: int, hours: float = 48) -> dict[str, Any]:
        """A bed and until when it is kept, as offers have it."""
        until = (now() + timedelta(hours=hours)).isoformat()
        return {"bedId": public_id("bed", self.beds[bed]), "heldUntil": until}

    async def shown(self, application: str, who: Role | Actor | None = None) -> Any:
        """The application as it is; null for who does not see it."""
        query = f"query ($id: ID!) {{ admissionApplication(id: $id) {{ {SHOWN} }} }}"
        found = await self.api.data(who or self.staff, query, id=application)
        return found["admissionApplication"]

    async def written(self) -> list[Any]:
        """All that a verb could have changed."""
        tables = (AdmissionApplication, AdmissionApplicationLog, BedStay)
        rows = [
            await self.database.fetch(
                select(one.__table__).order_by(col(one.id))  # pyright: ignore[reportAttributeAccessIssue]
            )
            for one in tables
        ]
        told = select(func.count()).select_from(OutboxEvent)
        return [*rows, (await self.database.fetch(told))[0][0]]


async def open_homes(api: Api, database: Database, *, homes: int = 1, elders: int = 1) -> Homes:
    """Homes in the community of the first elder; each relative has the elder's consent."""
    found = await bedless_elders(database, DISTRICT, elders)
    region = await region_of(database, found[0])
    stations = [await make_station(database, region) for _ in range(homes)]
    beds = [await make_bed(database, one, kind=BedKind.INSTITUTION) for one in stations]
    scopes = (ConsentScope.HEALTH_RECORD,)
    relatives = [await make_relative(database, elder, scopes) for elder in found]
    staff = Actor(api.actor(Role.STATION).id, Role.STATION, DISTRICT)
    return Homes(api, database, staff, region, stations, beds, found, relatives)
