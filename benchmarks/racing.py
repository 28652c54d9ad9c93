"""Many who ask for a few things at once, over HTTP: what each is told, and how soon."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import httpx

from api.auth.tokens import Grant, TokenKey
from benchmarks.reads.figures import percentile
from domain.access import Actor

DONE = "DONE"
"""Counted for who was not refused."""

_PATIENCE_SECONDS = 600


@dataclass
class Answers:
    """What came of it.

    Parameters:
        codes: how often which code was answered.
        milliseconds: of each answer.
    """

    codes: Counter[str] = field(default_factory=Counter[str])
    milliseconds: list[float] = field(default_factory=list[float])

    def __str__(self) -> str:
        took = self.milliseconds
        return (
            f"{dict(self.codes)}; answered within {percentile(took, 50):.0f} ms (p50), "
            f"{percentile(took, 99):.0f} ms (p99), {max(took):.0f} ms at most"
        )


async def all_at_once(
    url: str, key: TokenKey, document: str, asked: Sequence[tuple[Actor, dict[str, Any]]]
) -> Answers:
    """Everybody sends one mutation.

    Parameters:
        url: of GraphQL.
        key: signs their tokens.
        document: with one field, whose payload has ``userErrors``.
        asked: who, and the variables.
    """
    answers = Answers()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=_PATIENCE_SECONDS) as client:

        async def ask(request: httpx.Request) -> None:
            began = perf_counter()
            answer = (await client.send(request)).json()
            answers.milliseconds.append((perf_counter() - began) * 1000)
            answers.codes[_code(answer)] += 1

        requests = [
            client.build_request(
                "POST",
                url,
                content=json.dumps({"query": document, "variables": variables}).encode(),
                headers=_headers(key, actor),
            )
            for actor, variables in asked
        ]
        await asyncio.gather(*map(ask, requests))
    return answers


def _headers(key: TokenKey, actor: Actor) -> dict[str, str]:
    token = key.sign(Grant(actor, datetime.now(UTC) + timedelta(hours=1)))
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _code(answer: dict[str, Any]) -> str:
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    (payload,) = answer["data"].values()
    errors = payload["userErrors"]
    return errors[0]["code"] if errors else DONE
