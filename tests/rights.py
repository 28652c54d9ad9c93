"""Data requests as people make them, decide about them and see them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, text
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.elders.models import Elder
from domain.ids import public_id
from domain.rights.models import DataRequest
from tests.clients import Api
from tests.waiting import until

_WHOLE = """
fragment Whole on DataRequest {
  id kind state dueOn reason field wanted refusal note url byteCount decidedAt finishedAt
  elder { id name } askedBy { id } decidedBy { id }
}
"""
_SHOWN = _WHOLE + "query ($id: ID!) { dataRequest(id: $id) { ...Whole } }"


@dataclass(frozen=True)
class Desk:
    """What people do about data requests.

    Parameters:
        colleague: of the station's, who decides what the station asks for.
    """

    api: Api
    database: Database
    colleague: Actor

    @property
    def mother(self) -> UUID:
        """The elder whose data it is about."""
        return self.api.district.mother_id

    async def call(self, who: Role | Actor, name: str, **given: Any) -> dict[str, Any]:
        """A mutation's payload."""
        kind = name[0].upper() + name[1:]
        query = (
            f"{_WHOLE} mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
            " dataRequest { ...Whole } userErrors { code field message } } }"
        )
        return (await self.api.data(who, query, input=given))[name]

    async def submit(self, who: Role | Actor = Role.ELDER, **given: Any) -> dict[str, Any]:
        """A request for a copy, if nothing else is said."""
        given = {"elderId": public_id("elder", self.mother), "kind": "ACCESS", **given}
        return await self.call(who, "dataRequestSubmit", **given)

    async def asked(self, who: Role | Actor = Role.ELDER, **given: Any) -> str:
        """The id of a request that must have been taken."""
        answer = await self.submit(who, **given)
        assert answer["userErrors"] == []
        return answer["dataRequest"]["id"]

    async def decided(self, request: str, who: Role | Actor = Role.STATION) -> dict[str, Any]:
        """What granting answers."""
        return await self.call(who, "dataRequestApprove", id=request)

    async def shown(self, who: Role | Actor, request: str) -> Any:
        """The request as somebody sees it."""
        return (await self.api.data(who, _SHOWN, id=request))["dataRequest"]

    async def reached(self, request: str, state: str) -> None:
        """Wait until a request has come to a state."""

        async def has() -> bool:
            return (await self.shown(Role.STATION, request))["state"] == state

        await until(has)

    async def fetched(self, who: Role | Actor, path: str) -> httpx.Response:
        """What a GET answers."""
        headers = {"Authorization": f"Bearer {self.api.token(who)}"}
        address = f"http://127.0.0.1:{self.api.port}{path}"
        return await self.api.http.get(address, headers=headers)

    async def everything(self) -> list[dict[str, Any]]:
        """All that a verb could have changed."""
        async with self.database.transaction("test") as session:
            requests = await session.scalars(select(DataRequest).order_by(col(DataRequest.id)))
            elders = await session.scalars(select(Elder).order_by(col(Elder.id)))
            return [row.model_dump() for row in (*requests.all(), *elders.all())]


_SETTLE = """
UPDATE alarm SET state = 'RESOLVED', resolved_at = now(), resolve_reason = 'TEST'
    WHERE elder_id = :elder AND state <> 'RESOLVED';
DELETE FROM visit_task_log WHERE task_id IN
    (SELECT id FROM visit_task WHERE elder_id = :elder AND state <> 'VERIFIED');
DELETE FROM visit_task WHERE elder_id = :elder AND state <> 'VERIFIED';
DELETE FROM meal_order_item WHERE order_id IN
    (SELECT id FROM meal_order WHERE elder_id = :elder AND day >= current_date - 1);
DELETE FROM meal_order WHERE elder_id = :elder AND day >= current_date - 1;
UPDATE assistance_case SET state = 'WITHDRAWN' WHERE elder_id = :elder
    AND state NOT IN ('REJECTED', 'CLOSED', 'TERMINATED', 'WITHDRAWN')
"""


async def settle(database: Database, elder_id: UUID) -> None:
    """Nothing is going on any more."""
    async with database.transaction("test") as session:
        for statement in _SETTLE.split(";"):
            await session.execute(text(statement), {"elder": elder_id})
