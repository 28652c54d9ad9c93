"""Every list of a whole city district, page by page to its end.

    python -m benchmarks.lists [--elders 227100]

Fills a district of its own, then asks for each list as an official of the district: the first 50
rows, as a screen does, and page by page of 200 to the end, where every row must have come once.
"""

import time

from benchmarks.running_demo import Desk, RunningDemo, measured

PAGE = """query ($first: Int!, $after: String) {{ {field}(first: $first, after: $after) {{
  nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
LISTS = {
    "regions": "code name level",
    "elders": "id name age tags region { name }",
    "devices": "id kind online lastSeenAt",
    "stations": "id kind name region { name }",
    "beds": "id label kind nursing station { name } currentStay { state }",
    "volunteers": "id name registeredOn region { name }",
    "visitTasks": "id kind state scheduledFrom elder { name } volunteer { name }",
    "canteens": "id name delivers region { name }",
    "mealOrders": "id recipient day meal state price subsidy canteen { name }",
    "assistanceCases": "id kind state elder { name } clock { dueOn }",
    "alarms": "id type state raisedAt elder { name }",
}
SCREEN, PAGE_SIZE, TRIES = 50, 200, 9


def query_of(field: str) -> str:
    """A page of a list as a screen shows it."""
    return PAGE.format(field=field, selection=LISTS[field])


async def walk(desk: Desk, field: str) -> tuple[int, float]:
    """Rows and seconds of a walk to the end.

    Raises: AssertionError for a row that came twice or a total that differs.
    """
    query, key = query_of(field), LISTS[field].partition(" ")[0]
    seen: set[str] = set()
    after: str | None = None
    began, rows = time.perf_counter(), 0
    while True:
        page = (await desk.ask(query, {"first": PAGE_SIZE, "after": after}))[field]
        rows += len(page["nodes"])
        seen |= {node[key] for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    total = (await desk.ask(f"{{ {field}(first: 0) {{ totalCount }} }}", {}))[field]
    assert rows == len(seen) == total["totalCount"], (rows, len(seen), total)
    return rows, time.perf_counter() - began


async def measure(demo: RunningDemo) -> None:
    """Walk each list and print its figures."""
    screen = {"first": SCREEN, "after": None}
    async with demo.desk() as desk:
        for field in LISTS:
            first_ms = await desk.milliseconds(query_of(field), screen, TRIES)
            rows, seconds = await walk(desk, field)
            pages = -(-rows // PAGE_SIZE)
            print(
                f"{field:15} {rows:7,} rows, each once; first {SCREEN} in {first_ms:5.1f} ms, "
                f"{pages:,} pages in {seconds:.1f} s"
            )


def main() -> None:
    """Fill a district, walk its lists."""
    measured(__doc__, measure)


if __name__ == "__main__":
    main()
