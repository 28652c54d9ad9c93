"""Every list of a whole city district, page by page to its end.

    python -m benchmarks.lists [--elders 227100]

Fills a district of its own, then pages through each list as an official of the district, 200 rows
a page, and checks that every row came once.
"""

import argparse
import asyncio
import time

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


async def walk(client: httpx.AsyncClient, field: str) -> tuple[int, float, float]:
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
        page = (await _data(client, query, variables))[field]
        first_ms = first_ms or (time.perf_counter() - began) * 1000
        rows += len(page["nodes"])
        seen |= {node[key] for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    total = (await _data(client, f"{{ {field}(first: 0) {{ totalCount }} }}", {}))[field]
    assert rows == len(seen) == total["totalCount"], (rows, len(seen), total)
    return rows, first_ms, time.perf_counter() - began


async def _data(client: httpx.AsyncClient, query: str, variables: dict[str, object]):
    response = await client.post("", json={"query": query, "variables": variables})
    body = response.json()
    assert "errors" not in body, body
    return body["data"]


async def measure(demo: RunningDemo) -> None:
    """Walk each list and print its figures."""
    token = demo.run("token", "--role", "official").strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=demo.addresses["graphql"], headers=headers, timeout=60
    ) as client:
        await walk(client, "regions")
        for field in LISTS:
            rows, first_ms, seconds = await walk(client, field)
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
