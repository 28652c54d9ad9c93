"""Every list of a whole city district, page by page to its end.

    python -m benchmarks.lists [--elders 227100]

Fills a district of its own, then pages through each list as an official of the district, 200 rows
a page, and checks that every row came once.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from benchmarks.running_demo import RunningDemo, running_demo

PAGE = """query ($first: Int!, $after: String) {{ {field}(first: $first, after: $after) {{
  nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
LISTS = {
    "regions": ("code", "code name level"),
    "elders": ("id", "id name age tags region { name }"),
    "devices": ("id", "id kind online lastSeenAt"),
}
SIZE = 200
Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]


async def walk(ask: Ask, field: str) -> tuple[int, float, float]:
    """Rows, milliseconds of the first page, seconds of the whole walk.

    Raises: AssertionError for a row that came twice or a total that differs.
    """
    key, selection = LISTS[field]
    query = PAGE.format(field=field, selection=selection)
    seen: set[str] = set()
    after: str | None = None
    began, first_ms, rows = time.perf_counter(), 0.0, 0
    while True:
        variables = {"first": SIZE, "after": after}
        page = (await ask(query, variables))[field]
        first_ms = first_ms or (time.perf_counter() - began) * 1000
        rows += len(page["nodes"])
        seen |= {node[key] for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    total = (await ask(f"{{ {field}(first: 0) {{ totalCount }} }}", {}))[field]
    assert rows == len(seen) == total["totalCount"], (rows, len(seen), total)
    return rows, first_ms, time.perf_counter() - began


async def measure(demo: RunningDemo) -> None:
    """Walk each list and print its figures."""
    token = demo.run("token", "--role", "official").strip()
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:

        async def ask(query: str, variables: dict[str, Any]) -> Any:
            asked = {"query": query, "variables": variables}
            body = (await client.post(demo.addresses["graphql"], json=asked, timeout=60)).json()
            assert "errors" not in body, body
            return body["data"]

        await walk(ask, "regions")
        for field in LISTS:
            rows, first_ms, seconds = await walk(ask, field)
            pages = -(-rows // SIZE)
            print(
                f"{field:8} {rows:7,} rows, each once; first page {first_ms:5.1f} ms, "
                f"{pages} pages in {seconds:.1f} s"
            )


def main() -> None:
    """Fill a district, walk its lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=227_100)
    arguments = parser.parse_args()
    with running_demo(arguments.elders) as demo:
        asyncio.run(measure(demo))


if __name__ == "__main__":
    main()
