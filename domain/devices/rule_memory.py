"""What a rule remembers between two batches, and how that is written down."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class RuleMemory(NamedTuple):
    """What a rule knows of a device after its newest reading.

    Parameters:
        latest: device time of the newest reading.
        since: since when a threshold's every reading was a breach; since when an absence is
            waited out; when an event came last. None: not at all.
        raised: whether the rule has raised and not yet cleared.
        said: what the newest reading that speaks of a count's sign said; for an absence, whether
            its sign ever came. None: nothing yet.
        marks: when a count's sign began, the last few times; when what ends an event's alarm came
            last.
    """

    latest: datetime
    since: datetime | None = None
    raised: bool = False
    said: bool | None = None
    marks: tuple[datetime, ...] = ()


def packed(memory: RuleMemory) -> list[Any] | None:
    """As JSON, without ``latest``, which is the device's own; None if there is nothing else."""
    if memory == RuleMemory(memory.latest):
        return None
    since = None if memory.since is None else _number(memory.since)
    return [since, memory.raised, memory.said, [_number(mark) for mark in memory.marks]]


def unpacked(latest: datetime, written: list[Any]) -> RuleMemory:
    """What ``packed`` wrote down."""
    since, raised, said, marks = written
    return RuleMemory(
        latest,
        None if since is None else _moment(since),
        raised,
        said,
        tuple(_moment(mark) for mark in marks),
    )


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(number: int) -> datetime:
    return _EPOCH + number * _MICROSECOND
