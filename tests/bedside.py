"""A place of care with beds and elders, and what its staff does over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds.models import BedKind, BedStay
from domain.beds.service import TOPIC
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.outbox import OutboxEvent
from tests.clients import Api
from tests.makers.beds import bedless_elders, make_bed, make_station, on, region_of

DISTRICT = "330102"

Who: TypeAlias = Role | Actor
Answer: TypeAlias = dict[str, Any]

STAY = "id state startsOn endsOn bed { id } elder { id } admittedBy { id } endedBy { id } \
availableActions heldUntil backOn movedFrom { id } history { action account { id } note }"

MUTATION = """
mutation ($input: {input}!) {{
  {field}(input: $input) {{
    bedStay {{ {stay} }} userErrors {{ code field message blockers }} clientMutationId
  }}
}}
"""


@dataclass(frozen=True)
class Bedside:
    """One place of care in the demo district.

    Parameters:
        staff: of a station whose region is the whole district.
        region_code: the community where the place and the first elder are.
    """

    api: Api
    database: Database
    staff: Actor
    region_code: str
    station_id: UUID
    beds: Sequence[UUID]
    elders: Sequence[UUID]

    async def admit(
        self,
        bed: UUID,
        elder: UUID,
        starts: int | None = None,
        ends: int | None = None,
        *,
        who: Who | None = None,
        language: str = "zh-CN",
    ) -> Answer:
        """The payload of ``bedStayAdmit``; days are counted from today."""
        given = {
            "bedId": public_id("bed", bed),
            "elderId": public_id("elder", elder),
            "startsOn": None if starts is None else on(starts).isoformat(),
            "endsOn": None if ends is None else on(ends).isoformat(),
        }
        return await self.ask("bedStayAdmit", given, who, language=language)

    async def hold(
        self, bed: UUID, elder: UUID, hours: float = 48, *, who: Who | None = None
    ) -> Answer:
        """The payload of ``bedStayHold`` from today on."""
        given = {
            "bedId": public_id("bed", bed),
            "elderId": public_id("elder", elder),
            "heldUntil": (now() + timedelta(hours=hours)).isoformat(),
        }
        return await self.ask("bedStayHold", given, who)

    async def move(
        self, stay: str, bed: UUID, day: int | None = None, *, who: Who | None = None
    ) -> Answer:
        """The payload of ``bedStayTransfer``."""
        given = {
            "id": stay,
            "bedId": public_id("bed", bed),
            "movedOn": None if day is None else on(day).isoformat(),
        }
        return await self.ask("bedStayTransfer", given, who)

    async def end(self, stay: str, ends: int | None = None, *, who: Who | None = None) -> Answer:
        """The payload of ``bedStayEnd``."""
        given = {"id": stay, "endsOn": None if ends is None else on(ends).isoformat()}
        return await self.ask("bedStayEnd", given, who)

    async def close(self, stay: str, *, who: Who | None = None) -> Answer:
        """The payload of ``bedStayClose``."""
        return await self.ask("bedStayClose", {"id": stay}, who)

    async def ask(
        self,
        field: str,
        given: dict[str, Any],
        who: Who | None = None,
        *,
        language: str = "zh-CN",
    ) -> Answer:
        """The payload of a mutation that must have no other errors than its own."""
        name = field[0].upper() + field[1:] + "Input"
        query = MUTATION.format(input=name, field=field, stay=STAY)
        headers = {"Accept-Language": language}
        response = await self.api.post(who or self.staff, query, {"input": given}, **headers)
        assert "errors" not in response, response
        return response["data"][field]

    async def written(self) -> tuple[Any, int]:
        """Every stay of these beds and elders, and how many events tell of stays: what a refusal
        must not change."""
        ours = or_(col(BedStay.bed_id).in_(self.beds), col(BedStay.elder_id).in_(self.elders))
        stays = await self.database.fetch(
            select(BedStay.__table__).where(ours).order_by(col(BedStay.id))  # pyright: ignore[reportAttributeAccessIssue]
        )
        told = select(func.count()).select_from(OutboxEvent).where(col(OutboxEvent.topic) == TOPIC)
        return stays, (await self.database.fetch(told))[0][0]


def day(days: int) -> str:
    """The day that is so many days from today, as in an answer."""
    return on(days).isoformat()


def stay_of(answer: Answer) -> dict[str, Any]:
    """The stay of a payload that must have no errors."""
    assert answer["userErrors"] == [], answer
    return answer["bedStay"]


def error_of(answer: Answer) -> dict[str, Any]:
    """The one error of a payload."""
    (error,) = answer["userErrors"]
    return error


def blocked(answer: Answer) -> tuple[str, str, list[str]]:
    """Code, field and blockers of the one error of a payload."""
    error = error_of(answer)
    return error["code"], error["field"], error["blockers"]


async def open_bedside(
    api: Api,
    database: Database,
    *,
    beds: Sequence[BedKind] = (BedKind.INSTITUTION,),
    elders: int = 2,
) -> Bedside:
    """A place of care with beds of some kinds, and elders without any."""
    staff = Actor(api.actor(Role.STATION).id, Role.STATION, DISTRICT)
    found = await bedless_elders(database, DISTRICT, elders)
    region = await region_of(database, found[0])
    station = await make_station(database, region)
    made = [
        await make_bed(database, station, kind=kind, label=f"{number}")
        for number, kind in enumerate(beds, 1)
    ]
    return Bedside(api, database, staff, region, station, made, found)
