"""What was answered against what should have been."""

from typing import Any

Masked = list[tuple[tuple[Any, ...], str]]
"""Paths of what is null, and why."""


def disagreement(body: dict[str, Any], data: Any, masked: Masked) -> str | None:
    """Where an answer differs from what it should be; None where it is the same.

    Parameters:
        data, masked: what should be in it.
    """
    if "errors" in body:
        return f"errors: {body['errors']}"
    should = sorted((str(path), reason) for path, reason in masked)
    return difference(body["data"], data) or difference(_masked(body), should, "masked")


def difference(answer: Any, wanted: Any, path: str = "") -> str | None:
    """Where a value first differs from what it should be; None where it is the same."""
    match answer, wanted:
        case dict(), dict() if answer.keys() == wanted.keys():
            pairs = ((name, answer[name], wanted[name]) for name in wanted)
        case list(), list() if len(answer) == len(wanted):
            pairs = (
                (str(place), *pair) for place, pair in enumerate(zip(answer, wanted, strict=True))
            )
        case _:
            return None if answer == wanted else f"{path}: {answer!r} should be {wanted!r}"
    found = (difference(one, other, f"{path}.{name}") for name, one, other in pairs)
    return next((one for one in found if one), None)


def _masked(body: dict[str, Any]) -> list[tuple[str, str]]:
    masked = body.get("extensions", {}).get("masked", [])
    return sorted((str(tuple(one["path"])), one["reason"]) for one in masked)
