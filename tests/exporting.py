"""Exports as a client makes them: asked for, waited for, fetched."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from domain.access import Actor, Role
from domain.crypto import Vault
from tests.clients import Api
from yiyang import worker

ELDERS = "{ elders { nodes { id name age tags region { name } fullAddress } } }"

EXPORT = """fragment E on Export { id listName state progress rowCount expectedRows byteCount url
    failure maskedFields createdAt startedAt finishedAt expiresAt }"""
START = f"""{EXPORT} mutation ($input: ExportStartInput!) {{ exportStart(input: $input) {{
    export {{ ...E }} userErrors {{ code field message blockers }} }} }}"""
CANCEL = f"""{EXPORT} mutation ($id: ID!) {{ exportCancel(input: {{id: $id}}) {{
    export {{ ...E }} userErrors {{ code field message }} }} }}"""
READ = f"{EXPORT} query ($id: ID!) {{ export(id: $id) {{ ...E }} }}"


@asynccontextmanager
async def working(database_url: str, vault: Vault) -> AsyncGenerator[None, None]:
    """A worker that takes jobs."""
    ready = asyncio.Event()
    running = asyncio.create_task(worker.work(database_url, ready.set, vault))
    try:
        await ready.wait()
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def answer(api: Api, who: Role | Actor, query: str = ELDERS, **more: Any) -> dict[str, Any]:
    """What `exportStart` answers."""
    return (await api.data(who, START, input={"query": query, **more}))["exportStart"]


async def started(api: Api, who: Role | Actor, query: str = ELDERS, **more: Any) -> Any:
    """An export that must have begun."""
    payload = await answer(api, who, query, **more)
    assert payload["userErrors"] == [], payload
    return payload["export"]


async def refused(
    api: Api, who: Role | Actor, query: str = ELDERS, **more: Any
) -> tuple[str, str | None]:
    """The code and the field of the one error of an export that must not begin."""
    payload = await answer(api, who, query, **more)
    (error,) = payload["userErrors"]
    assert payload["export"] is None
    return error["code"], error["field"]


async def read(api: Api, who: Role | Actor, export_id: str) -> Any:
    """An export as somebody sees it."""
    return (await api.data(who, READ, id=export_id))["export"]


async def ended(api: Api, who: Role | Actor, export_id: str) -> Any:
    """The export once it is neither waiting nor running."""
    async with asyncio.timeout(60):
        while True:
            export = await read(api, who, export_id)
            if export["state"] not in ("WAITING", "RUNNING"):
                return export
            await asyncio.sleep(0.05)


async def exported(api: Api, who: Role | Actor, query: str = ELDERS, **more: Any) -> Any:
    """An export that must succeed, done."""
    export = await ended(api, who, (await started(api, who, query, **more))["id"])
    assert export["state"] == "DONE", export
    return export


async def fetch(
    api: Api, who: Role | Actor, url: str, method: str = "GET", **headers: str
) -> httpx.Response:
    """The answer to a request for a file."""
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.http.request(
        method,
        f"http://127.0.0.1:{api.port}{url}",
        headers={"Authorization": f"Bearer {api.token(who)}", **shown},
    )


def rows_in(content: bytes) -> list[Any]:
    """The lines of a file, each of which must be whole."""
    assert content == b"" or content.endswith(b"\n")
    return [json.loads(line) for line in content.splitlines()]
