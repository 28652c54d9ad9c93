"""Changes of alarms as a poller has them."""

from datetime import timedelta
from typing import Any

from domain import outbox
from domain.access import Actor, Role
from domain.database import Database
from tests.clients import Api

CHANGES = """
query ($after: String, $first: Int! = 100, $filter: AlarmFilter) {
  alarmChanges(after: $after, first: $first, filter: $filter) {
    cursor hasMore
    changes { cursor change at alarm { id state region { code } device { id } } }
  }
}
"""


async def poll(
    api: Api, who: Role | Actor, after: str | None = None, **more: Any
) -> dict[str, Any]:
    """One page."""
    return (await api.data(who, CHANGES, after=after, **more))["alarmChanges"]


async def to_the_end(
    api: Api, who: Role | Actor, after: str | None = None, first: int = 100, **more: Any
) -> tuple[list[dict[str, Any]], str]:
    """Every change after a cursor, page by page, and the cursor then reached."""
    found: list[dict[str, Any]] = []
    while True:
        page = await poll(api, who, after, first=first, **more)
        found += page["changes"]
        after = page["cursor"]
        if not page["hasMore"]:
            return found, page["cursor"]


async def code_of(api: Api, after: str | None = None, first: int = 100) -> tuple[str, str]:
    """Why a page is refused, and the argument at fault."""
    refused = await api.post(Role.ADMIN, CHANGES, {"after": after, "first": first})
    assert refused["data"] is None
    extensions = refused["errors"][0]["extensions"]
    return extensions["code"], extensions["field"]


async def drop_all_but_the_newest(database: Database) -> None:
    """What is held is dropped, as what is older than seven days is."""
    async with database.transaction("test") as session:
        await outbox.prune(session, timedelta(0))
