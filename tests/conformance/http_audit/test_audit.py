"""The audits of the GraphQL over HTTP working group, by their own program."""

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from domain.access import Role
from tests.clients import Api
from tests.npm import need, node, with_node

HERE = Path(__file__).resolve().parent

# What a server may do and ours does not: a text in an address would stand in every log on the way,
# and what extensions there are that we don't know is no reason to refuse.
LEFT_OUT = {
    "5A70": "MAY accept application/x-www-form-urlencoded formatted GET requests",
    "D6D5": "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/graphql-response+json",
    "6A70": "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/json",
    "58B0": "MAY use 400 status code on string {extensions} parameter",
    "58B1": "MAY use 400 status code on number {extensions} parameter",
    "58B2": "MAY use 400 status code on boolean {extensions} parameter",
    "58B3": "MAY use 400 status code on array {extensions} parameter",
}


@pytest.fixture(scope="session")
def packages() -> None:
    """What npm fetches is there. In CI it must be."""
    need(HERE)


async def audited(api: Api) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        node(),
        HERE / "audit.mjs",
        api.url,
        cwd=HERE,
        env={**with_node(), "TOKEN": api.token(Role.ADMIN)},
        stdout=PIPE,
        stderr=PIPE,
    )
    written, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return json.loads(written)


async def test_every_must_and_should_and_most_of_may(packages: None, api: Api) -> None:
    results = await audited(api)
    missed = {one["id"]: one for one in results if one["status"] != "ok"}
    assert [one for one in missed.values() if not one["name"].startswith("MAY")] == []
    assert {name: one["name"] for name, one in missed.items()} == LEFT_OUT
    levels = [one["name"].partition(" ")[0] for one in results]
    # Were there fewer, something would not have been asked.
    assert [levels.count(level) for level in ("MUST", "SHOULD", "MAY")] == [13, 23, 25]
