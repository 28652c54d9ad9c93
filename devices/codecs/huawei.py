"""Huawei Cloud's IoTDA: properties and events of a product model's services.

Source: 华为云设备接入, 设备属性上报 and 设备事件上报 (support.huaweicloud.com, api-iothub
iot_06_v5_3010 and the ``sys/events/up`` pages).

- ``$oc/devices/{device_id}/sys/properties/report``: ``{"services":[{"service_id":"Heart",
  "properties":{"heart_rate":62},"event_time":"20151212T121212Z"}]}``.
- ``$oc/devices/{device_id}/sys/events/up``: ``{"services":[{"service_id":"Alarm",
  "event_type":"sos","event_time":"20151212T121212Z","event_id":"40cc9ab1-…","paras":{}}]}``.

A report is not answered; the PUBACK is all a device gets. A service is only a group: its name
is not looked at. Each service of a message is a part with its own time. Services whose name begins
with ``$`` are the platform's own (time, firmware) and passed over. An event is told by its
``event_id``, else by type and time; with neither each arrival is news. A message for a device
behind a gateway (``object_device_id``) is refused: devices speak for themselves.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, cast

from devices.codecs import names
from devices.codecs.message import VendorMessage, event, members, parsed, telemetry
from devices.payload import Envelope, Refused
from devices.topics import Up

_LEAVES: Final = {("properties", "report"): Up.TELEMETRY, ("events", "up"): Up.EVENT}
_TIMES: Final = ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")
_MOST_SERVICES: Final = 100


class Huawei:
    """See ``Codec``."""

    root: str = "$oc"
    filters: tuple[str, ...] = (
        "$oc/devices/+/sys/properties/report",
        "$oc/devices/+/sys/events/up",
    )

    def read(self, levels: list[str], payload: bytes, received: int) -> VendorMessage | None:
        """See ``Codec.read``."""
        if len(levels) != 6 or levels[1] != "devices" or levels[3] != "sys":
            return None
        leaf = _LEAVES.get((levels[4], levels[5]))
        if leaf is None:
            return None
        parts: list[Envelope | Refused] = []
        try:
            for service in _services(parsed(payload), levels[2]):
                parts.append(_part(leaf, service, payload, received))
        except Refused as refused:
            parts.append(refused)
        return VendorMessage(levels[2], leaf, parts or [Refused("NO_KNOWN_MEASURE")])


def _services(sent: dict[str, Any], device: str) -> Iterator[dict[str, Any]]:
    if sent.get("object_device_id", device) != device:
        raise Refused("UNKNOWN_DEVICE")
    given = sent.get("services")
    if not isinstance(given, list):
        raise Refused("BAD:services" if "services" in sent else "MISSING:services")
    services = cast(list[Any], given)
    if len(services) > _MOST_SERVICES:
        raise Refused("TOO_LARGE")
    for each in services:
        service = members(each, "BAD:services")
        if not str(service.get("service_id", "")).startswith("$"):
            yield service


def _part(leaf: Up, service: dict[str, Any], payload: bytes, received: int) -> Envelope | Refused:
    take: Callable[..., Envelope] = _event if leaf is Up.EVENT else _properties
    try:
        return take(service, payload, received)
    except Refused as refused:
        return refused


def _properties(service: dict[str, Any], payload: bytes, received: int) -> Envelope:
    ts = _time(service.get("event_time"), received)
    values = names.measures(members(service.get("properties"), "BAD:properties"))
    name = str(service.get("service_id", ""))
    return telemetry(name, payload + name.encode(errors="replace"), ts, values)


def _event(service: dict[str, Any], payload: bytes, received: int) -> Envelope:
    del payload
    kind = names.event_type(service.get("event_type"))
    ts = _time(service.get("event_time"), received)
    given = service.get("event_id")
    ident = given if isinstance(given, str) and given else f"{kind}@{ts}"
    values = names.measures(members(service.get("paras") or {}, "BAD:paras"))
    return event(ident, kind, ts, values)


def _time(value: Any, received: int) -> int:
    """Ms since 1970-01-01 UTC; as documented, a time in another form is as good as none."""
    for form in _TIMES:
        try:
            moment = datetime.strptime(value, form).replace(tzinfo=UTC)
        except (TypeError, ValueError):
            continue
        return round(moment.timestamp() * 1000)
    return received
