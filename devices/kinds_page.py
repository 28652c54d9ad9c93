"""``docs/devices.md``: what each kind of device sends and raises, made from the kinds' data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from devices.codecs import CODECS
from devices.codecs.names import EVENTS, MEASURES
from devices.kind_words import measure_lines, rule_lines
from domain.devices.heartbeat import HEARTBEAT_SECONDS
from domain.devices.kinds import KINDS, Kind, vitals

_HEAD = """\
# Devices

Made by `yiyang devices kinds --markdown` from `domain/devices/kinds/`, one file of data a kind;
`make devices` writes it anew. How a device speaks is in
[operations](operations.md#mqtt-for-device-makers).

Units are UCUM codes, fixed, and not sent. Ranges include both ends; what lies outside is a fault
of the device and refused. A heartbeat is the longest silence of a working device, measurements or
`{}`; after three of them without a message it counts as offline. Time is the device's, hours are
the district's.
"""

_VENDORS = """\
## Vendors' formats

Firmware that speaks a vendor's cloud protocol can stay as it is where it lets broker, user name and
password be set. `YIYANG_VENDOR_FORMATS` switches formats on; a bridge then subscribes to:

{filters}

The device's name with the vendor (`deviceName`, `DeviceName`, `device_id`) is its id here, or the
id's 32 hex digits where firmware has room for no more (Aliyun's has 32 characters). A broker's rule
for who may publish what needs the first: its pattern compares the name with the user name. The
broker must allow topics that begin with `$` for Tencent and Huawei; Mosquitto does, the demo's does
not.

Aliyun's and Tencent's devices get the answer of their protocol after the commit: code 200 or 0 is
a receipt, 460 or 406 a refusal. Huawei's protocol has none, so such a device knows of the PUBACK
only. Nothing of theirs carries a `mac`.

A product's thing model is the vendor's own. Names are compared without case and underscores, so
`HeartRate` is `heart_rate`; these are known besides, and whatever else is passed over:

{names}

Events:

{events}
"""


def kinds_page() -> str:
    """The page as Markdown."""
    parts = [_HEAD, *(_of_kind(kind) for kind in KINDS.values())]
    parts += ["## Where shared thresholds come from\n", _prose(vitals.__doc__), _vendors()]
    return "\n".join(parts)


def _of_kind(kind: Kind) -> str:
    name = kind.kind.value
    title, _, text = _prose(import_module(f"{_PACKAGE}.{name.lower()}").__doc__).partition(": ")
    text = f"{text[:1].upper()}{text[1:].rstrip()}\n"
    return "\n".join([f"## `{name}` {title}\n", text, *_fields(kind), *_alarms(kind)])


def _fields(kind: Kind) -> Iterator[str]:
    seconds = HEARTBEAT_SECONDS[kind.kind]
    yield f"Heartbeat {seconds} s. On `tele`: {_listed(measure_lines(kind.telemetry))}.\n"
    for type_, event in kind.events.items():
        measures = measure_lines(event.measures)
        beside = f", with {_listed(measures)}" if measures else ""
        yield f"On `event`: `{type_}`{beside}.\n"
    signs = [f"{name} is {vital.sign.value}" for name, vital in kind.vitals.items()]
    if signs:
        yield f"Vital signs: {_listed(signs)}.\n"


def _alarms(kind: Kind) -> Iterator[str]:
    rows = [
        (f"`{line.alarm}`", line.severity.lower(), f"`{line.name}`", line.raised, line.cleared)
        for line in rule_lines(kind)
    ]
    if rows:
        heads = ("alarm", "severity", "event or rule", "raised", "cleared")
        yield from _table(heads, rows)
        yield ""


def _vendors() -> str:
    filters = [
        (name, "<br>".join(f"`{each}`" for each in codec.filters)) for name, codec in CODECS.items()
    ]
    return _VENDORS.format(
        filters="\n".join(_table(("format", "topics"), filters)),
        names="\n".join(_table(("here", "with vendors"), _others(MEASURES))),
        events="\n".join(_table(("here", "with vendors"), _others(EVENTS))),
    )


def _others(names: Mapping[str, str]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for theirs, ours in names.items():
        if theirs != ours.replace("_", ""):
            found.setdefault(ours, []).append(f"`{theirs}`")
    return [(f"`{ours}`", ", ".join(theirs)) for ours, theirs in found.items()]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _listed(lines: Sequence[str]) -> str:
    """Each line's first word is a name of ours."""
    return ", ".join(re.sub(r"^\S+", lambda name: f"`{name[0]}`", line) for line in lines)


def _prose(docstring: str | None) -> str:
    return (docstring or "").replace("``", "`")


_PACKAGE = "domain.devices.kinds"
