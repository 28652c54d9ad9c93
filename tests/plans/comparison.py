"""Whether two answers are the same answer, to the byte; what may differ is named here."""

import base64
import re
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from tests.plans.writer import FRESH_KEY

_ID = re.compile(r"((?:[a-z_]+_)?)([0-9a-f]{32})")


def same(planned: dict[str, Any], ordinary: dict[str, Any], since: datetime) -> bool:
    """Whether both say the same.

    Parameters:
        since: when the first of the two was begun. A mutation that really changes something
            is run twice, on the same rows: the second makes other keys and other moments.
    """
    one, other = orjson.dumps(planned), orjson.dumps(ordinary)
    return one == other or _lasting(one, since) == _lasting(other, since)


def same_but_for_the_choice(
    planned: dict[str, Any], ordinary: dict[str, Any], every: list[dict[str, Any]]
) -> bool:
    """Whether both say the same, except which of several errors they tell of.

    Where several fields fail below a place that becomes null for it, an executor tells of the one
    that it met first, and ends what else was under way there; GraphQL lets it choose. So does time.

    Parameters:
        every: all errors that there are, had none of them made anything else null.
    """
    real = {orjson.dumps(error) for error in every}
    told = [*planned["errors"], *ordinary["errors"]]
    return all(orjson.dumps(error) in real for error in told) and orjson.dumps(
        _settled(planned)
    ) == orjson.dumps(_settled(ordinary))


def _settled(body: dict[str, Any]) -> dict[str, Any]:
    """A response without the errors and masks below a place that is null for another's sake."""
    paths = [error["path"] for error in body["errors"] if "path" in error]
    nulls = [path[: _depth(body.get("data"), path)] for path in paths]
    risen = [null for null, path in zip(nulls, paths, strict=True) if len(null) < len(path)]

    def stays(told: dict[str, Any]) -> bool:
        return all(told["path"][: len(null)] != null for null in risen)

    masked = body.get("extensions", {}).get("masked", [])
    return {
        "data": body.get("data"),
        "risen": sorted({str(null) for null in risen}),
        "errors": [error for error in body["errors"] if stays(error)],
        "masked": [mask for mask in masked if stays(mask)],
    }


def _depth(data: Any, path: list[Any]) -> int:
    """How many steps a path goes until it meets null."""
    for depth, step in enumerate(path):
        if data is None:
            return depth
        data = data[step]
    return len(path)


def _lasting(body: bytes, since: datetime) -> bytes:
    return orjson.dumps(_without_new(orjson.loads(body), since))


def _without_new(value: Any, since: datetime) -> Any:
    """The same with keys and moments that came into being meanwhile left out, in cursors too, and
    what is under a fresh key."""
    match value:
        case dict():
            return {
                name: "fresh" if one and name.startswith(FRESH_KEY) else _without_new(one, since)
                for name, one in value.items()
            }
        case list():
            return [_without_new(one, since) for one in value]
        case str():
            return _text(value, since)
        case _:
            return value


def _text(text: str, since: datetime) -> str:
    found = _ID.fullmatch(text)
    if found and _made_since(found[2], since):
        return f"{found[1]}new"
    if text[:4].isdigit() and "T" in text:
        return _moment(text, since)
    if text.startswith("W"):
        return _cursor(text, since)
    return text


def _moment(text: str, since: datetime) -> str:
    """Of meanwhile, or whole days before, where a period of days until now begins: the days."""
    days, rest = divmod(datetime.fromisoformat(text) - since, timedelta(days=1))
    return f"now {days}" if days <= 0 and rest <= datetime.now(since.tzinfo) - since else text


def _made_since(digits: str, since: datetime) -> bool:
    """Whether a UUIDv7 is not older; it begins with milliseconds."""
    made = UUID(hex=digits).int >> 80
    return since.timestamp() * 1000 - 1 <= made <= time.time() * 1000 + 1


def _cursor(text: str, since: datetime) -> str:
    try:
        places = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return text
    return orjson.dumps(_without_new(places, since)).decode()
