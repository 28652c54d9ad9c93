"""Topics: ``ec/v1/{tenant}/{device}/…``; a device's id is its MQTT user name."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

_ROOT = "ec"
_VERSION = "v1"
_MARKER = "bridge."
_MARKED = f"/{_MARKER}".encode()


class Up(StrEnum):
    """What a device publishes to."""

    TELEMETRY = "tele"
    EVENT = "event"
    STATE = "state"


class Down(StrEnum):
    """What a device subscribes to."""

    RECEIPT = "rcpt"
    COMMAND = "cmd"


class UpTopic(NamedTuple):
    """A topic taken apart."""

    tenant: str
    device: str
    leaf: Up


def topic(tenant: str, device: str, leaf: Up | Down) -> str:
    """``ec/v1/{tenant}/{device}/{leaf}``; ``+`` stands for every device."""
    return f"{_ROOT}/{_VERSION}/{tenant}/{device}/{leaf.value}"


def filters(tenant: str) -> list[str]:
    """The filters that catch everything a tenant's devices publish, and nothing sent to them."""
    return [topic(tenant, "+", leaf) for leaf in Up]


def markers(filters: Iterable[str], bridge: str) -> list[str]:
    """Topics on which a bridge speaks to itself, one that goes through each of its filters."""
    return [each.replace("+", f"{_MARKER}{bridge}") for each in filters]


def is_marker(raw: bytes) -> bool:
    """Whether a topic is one on which a bridge speaks to itself."""
    return _MARKED in raw


def parse(text: str) -> UpTopic | None:
    """Take a device's topic apart; None for any other topic."""
    parts = text.split("/")
    if len(parts) != 5 or parts[0] != _ROOT or parts[1] != _VERSION:
        return None
    leaf = _UP.get(parts[4])
    return UpTopic(parts[2], parts[3], leaf) if leaf else None


def device_of(text: str) -> str | None:
    """The device that a topic of ours speaks of, in either direction."""
    parts = text.split("/")
    return parts[3] if len(parts) == 5 and parts[0] == _ROOT else None


_UP = {leaf.value: leaf for leaf in Up}
