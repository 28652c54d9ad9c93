"""What is asked of which server: the same of all, but for PostGraphile, whose schema is its own."""

from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.reads import postgraphile
from benchmarks.reads.asking import Question
from benchmarks.reads.district import District, question
from benchmarks.reads.documents import QUERIES
from benchmarks.reads.servers import Server

DEEP, PAGES = 50, 10
"""The history is asked for from this page on, so many pages in turn."""

_HOLDS = {"mutation": b"ACKNOWLEDGED"}
_TIMEOUT_SECONDS = 30


class Refused(Exception):
    """A server did not answer as it should; the text says which and what."""


@dataclass(frozen=True)
class Script:
    """What a server is asked for one query, in turn."""

    query: str
    questions: list[Question]

    @property
    def once(self) -> bool:
        """Whether each question may be asked once only."""
        return self.query == "mutation"

    @property
    def holds(self) -> bytes:
        """What every answer must hold."""
        return _HOLDS.get(self.query, b"")


def ask(server: Server, asked: Question) -> Any:
    """One answer, decoded. Raises: Refused."""
    response = httpx.post(
        f"http://127.0.0.1:{server.port}/graphql",
        content=asked.body,
        headers=asked.headers,
        timeout=_TIMEOUT_SECONDS,
    )
    body = response.json() if response.status_code == 200 else None
    if body is None or "errors" in body:
        raise Refused(f"{server.name} at {asked.operation_name}: {response.text[:2000]}")
    return body


def check_planned(server: Server) -> None:
    """Raises: Refused where the planner has left an operation to ordinary execution."""
    shown = httpx.get(f"http://127.0.0.1:{server.port}/metrics", timeout=_TIMEOUT_SECONDS).text
    counters = dict(line.split() for line in shown.splitlines() if not line.startswith("#"))
    left = int(counters["yiyang_operations_fallback_total"])
    if left:
        raise Refused(f"planned left {left} operations to ordinary execution")


async def scripts(district: District, reference: Server) -> dict[str, list[Question]]:
    """Our own questions for each query.

    Parameters:
        reference: whom to ask for the cursors; awake.
    """
    made: dict[str, list[Question]] = {}
    for query in QUERIES:
        askers = await district.askers(query)
        if query == "history":
            cursors = walk(reference, question(query, askers[0]), "alarms")
            made[query] = [question(query, askers[0], after=after) for after in cursors]
        else:
            made[query] = [question(query, asker) for asker in askers]
    return made


def script(query: str, ours: list[Question], server: Server) -> Script:
    """The same questions in the words of a server; it is awake."""
    if server.name != "postgraphile":
        return Script(query, ours)
    if query != "history":
        return Script(query, [postgraphile.question(query, each) for each in ours])
    first = postgraphile.question(query, ours[0]).with_variables(after=None)
    cursors = walk(server, first, "allAlarms")
    return Script(query, [first.with_variables(after=after) for after in cursors])


def walk(server: Server, first: Question, field: str) -> list[str]:
    """The cursors of pages ``DEEP`` and following, by turning over every page before."""
    cursors: list[str] = []
    asked = first
    for _ in range(DEEP + PAGES):
        info = ask(server, asked)["data"][field]["pageInfo"]
        if not info["hasNextPage"]:
            raise Refused(f"{server.name}: the history ends after {len(cursors) + 1} pages")
        cursors.append(info["endCursor"])
        asked = first.with_variables(after=cursors[-1])
    return cursors[DEEP - 1 : -1]
