"""Nothing is measured before all servers give the same answers."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.reads import postgraphile
from benchmarks.reads.plan import Refused, Script, ask
from benchmarks.reads.servers import Server

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_COMPARED = 12
"""Questions of each query that are compared."""

_JUST_NOW = timedelta(minutes=5)


def answers(server: Server, script: Script) -> list[Any]:
    """What a server answers to some questions of a script, in comparable form.

    Raises: Refused.
    """
    step = max(1, len(script.questions) // _COMPARED)
    asked = script.questions[:1] if script.once else script.questions[::step]
    return [normal(script.query, server.name, ask(server, each)) for each in asked]


def normal(query: str, server: str, body: Any) -> Any:
    """An answer with its moments as UTC, and PostGraphile's in our words."""
    data = body["data"]
    if server == "postgraphile":
        data = postgraphile.in_our_words(query, data)
    data = _with_moments(data)
    if query == "mutation":
        alarm = data["alarmAcknowledge"]["alarm"]
        # Every server acknowledges at a moment of its own.
        at = datetime.fromisoformat(alarm["acknowledgedAt"])
        alarm["acknowledgedAt"] = abs(datetime.now(UTC) - at) < _JUST_NOW
    return data


def check(query: str, server: str, expected: list[Any], found: list[Any]) -> None:
    """Raises: Refused where answers differ, with the place where they do."""
    for number, (wanted, given) in enumerate(zip(expected, found, strict=True)):
        place = difference(wanted, given)
        if place:
            raise Refused(f"{server} answers {query} differently (question {number}): {place}")


def difference(expected: Any, found: Any, path: str = "") -> str | None:
    """Where two answers begin to differ; None where they don't."""
    if isinstance(expected, dict) and isinstance(found, dict):
        if list(expected) != list(found):
            return f"{path}: {list(expected)} and {list(found)}"
        pairs = ((f"{path}.{key}", expected[key], found[key]) for key in expected)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{path}: {len(expected)} and {len(found)} of them"
        pairs = (
            (f"{path}[{at}]", *both) for at, both in enumerate(zip(expected, found, strict=True))
        )
    else:
        same = type(expected) is type(found) and expected == found
        return None if same else f"{path}: {expected!r} and {found!r}"
    return next((place for at, a, b in pairs if (place := difference(a, b, at))), None)


def _with_moments(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_moments(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_moments(each) for each in value]
    if isinstance(value, str) and _MOMENT.match(value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return value
