"""Merges of elders over HTTP, and all that is stored of some elders."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import ElderTag, Tag
from domain.ids import public_id
from domain.merges.rows import Belonging, belongings
from domain.metadata import METADATA
from domain.rotation import sealed_columns
from tests.clients import Api

MERGE = """mutation ($input: ElderMergeInput!) { elderMerge(input: $input) { elderMerge { id
  kept { id } duplicateId reason mergedBy { id } undoableUntil canUndo undoneAt }
  userErrors { code field message blockers } } }"""
UNDO = """mutation ($input: ElderMergeUndoInput!) { elderMergeUndo(input: $input) { elderMerge { id
  canUndo undoneAt undoneBy { id } } userErrors { code field } } }"""
ELDER = """query ($id: ID!) { elder(id: $id) { name version tags
  tagHistory { tag since until source withdrawnAt }
  contacts { name callingOrder } conditions { code name since }
  newestMeasurements { kind value } assessments(first: 9) { nodes { id
  answers { diagnoses } } } } }"""
SAME = "同一人，身份证号录入有误"


async def merged(api: Api, keep: UUID, duplicate: UUID, who: Role = Role.ADMIN) -> Any:
    """What `elderMerge` answers."""
    named = {"keepId": public_id("elder", keep), "duplicateId": public_id("elder", duplicate)}
    return (await api.data(who, MERGE, input={**named, "reason": SAME}))["elderMerge"]


async def undone(api: Api, merge_id: str, who: Role = Role.ADMIN) -> Any:
    """What `elderMergeUndo` answers."""
    return (await api.data(who, UNDO, input={"id": merge_id}))["elderMergeUndo"]


async def elder(api: Api, key: UUID) -> Any:
    return (await api.data(Role.ADMIN, ELDER, id=public_id("elder", key)))["elder"]


async def region_of(database: Database, key: UUID) -> str:
    rows = await database.rows("SELECT region_code FROM elder WHERE id = $1", (key,), once=False)
    return rows[0][0]


async def everything(
    database: Database, vault: Vault, elders: Sequence[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """All rows of some elders, opened; but for how often they were written."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in [*belongings(), Belonging(METADATA.tables["elder"].c["id"])]:
        if one.table.name in ("audit_entry", "elder_merge"):
            continue
        sealed = {
            column.column.name: column
            for column in sealed_columns(METADATA)
            if column.table is one.table
        }
        async with database.reading(primary=True) as connection:
            rows = await connection.execute(
                one.table.select().where(one.column.in_(elders)).order_by(*one.key)
            )
            found[one.name] = [
                {
                    name: vault.open_bytes(value, sealed[name].place(row))
                    if name in sealed and value
                    else value
                    for name, value in row.items()
                    if name != "version"
                }
                for row in rows.mappings().all()
            ]
    return found


async def tagged(
    database: Database, key: UUID, since: date, until: date | None, tag: Tag = Tag.LIVES_ALONE
) -> None:
    """An elder carries a tag for some days."""
    async with database.transaction("test") as session:
        session.add(ElderTag(elder_id=key, tag=tag, since=since, until=until, source="走访"))
