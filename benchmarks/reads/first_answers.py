"""What the first client waits for who asks what nobody asked before: parse, validate, compile."""

from random import Random
from time import perf_counter

import httpx

from benchmarks.reads.asking import Question
from benchmarks.reads.figures import percentile
from benchmarks.reads.load import Job, press
from benchmarks.reads.plan import Refused
from benchmarks.reads.servers import Server
from benchmarks.reads.stage import Stage, stage

_SERVERS = ("planned", "ordinary", "mercurius", "yoga")
"""Those who take our documents."""

_ELDER = ("id", "name", "age", "gender", "birthDate", "careLevel", "address", "tags")
_HANGING = (
    "region { code name }",
    "contacts { name relation phone callingOrder }",
    "devices { id kind lastSeenAt online }",
    "currentStay { state startsOn endsOn bed { label kind nursing station { name } } }",
    "alarms(first: 5) { nodes { id type state raisedAt acknowledgedBy { name } } "
    "pageInfo { hasNextPage endCursor } }",
    "latest: alarms(first: 1) { edges { cursor node { id level device { id kind } } } }",
)


def new_document(chance: Random, number: int) -> str:
    """A family's screen that no other is equal to.

    Parameters:
        number: told apart by it, where chance chose the same fields twice.
    """
    fields = chance.sample(_ELDER, chance.randint(2, len(_ELDER)))
    hanging = chance.sample(_HANGING, chance.randint(3, len(_HANGING)))
    selected = " ".join([f"of{number}: name", *fields, *hanging])
    return f"query New{number}($id: ID!) {{ elder(id: $id) {{ {selected} }} }}"


def show_first_answers(elders: int, documents: int) -> None:
    """Print how long the first answers take, server by server."""
    print(f"First answers to {documents} new operations, on a warm server:")
    with stage(elders, _SERVERS) as stand:
        lines: list[str] = []
        for server in stand.servers:
            taken = _first_answers(stand, server, documents)
            lines.append(
                f"  {server.name:12} median {percentile(taken, 50):6.2f} ms, "
                f"p95 {percentile(taken, 95):6.2f} ms, longest {max(taken):6.2f} ms"
            )
    print("\n".join(lines))


def _first_answers(stand: Stage, server: Server, documents: int) -> list[float]:
    """Milliseconds, one by one."""
    known = stand.questions(server)["home"]
    taken: list[float] = []
    chance = Random(20260101)
    with server.awake(), httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
        requests = [each.as_bytes(server.port) for each in known]
        stand.load.submit(press, Job(server.port, requests, 2.0)).result()
        for number in range(documents):
            asker = known[number % len(known)]
            document = new_document(chance, number)
            asked = Question(asker.token, document, asker.variables, f"New{number}")
            began = perf_counter()
            response = client.post("/graphql", content=asked.body, headers=asked.headers)
            taken.append((perf_counter() - began) * 1000)
            if response.status_code != 200 or b'"errors":' in response.content:
                raise Refused(f"{server.name}: {response.text[:500]}")
    return taken
