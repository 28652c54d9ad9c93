"""Aliyun's Alink JSON: properties and events of a thing model.

Source: 阿里云物联网平台, 设备属性、事件、服务 (help.aliyun.com, document 89301).

- ``/sys/{productKey}/{deviceName}/thing/event/property/post``:
  ``{"id":"123","version":"1.0","sys":{"ack":0},"params":{"HeartRate":{"value":62,"time":1524448722000}},
  "method":"thing.event.property.post"}``; a value may stand without its time.
- ``…/thing/event/{identifier}/post``: ``"params":{"value":{…},"time":1524448722000}``.
- The answer, on the topic with ``_reply``: ``{"id":"123","code":200,"data":{}}``, 460 for what is
  wrong with the request; ``sys.ack`` 0 asks for none.

An id is unique within a day only, so an event is told by its id and its time, or by its id and the
day where it says no time.
"""

from typing import Any, Final

import orjson

from devices.codecs import names
from devices.codecs.message import Answer, VendorMessage, event, members, parsed, telemetry
from devices.payload import Envelope, Refused
from devices.topics import Up

_DAY_MS: Final = 86_400_000
_PROPERTY: Final = "property"
_WRONG_REQUEST: Final = 460


class Alink:
    """See ``Codec``."""

    root: str = ""
    filters: tuple[str, ...] = ("/sys/+/+/thing/event/+/post",)

    def read(self, levels: list[str], payload: bytes, received: int) -> VendorMessage | None:
        """See ``Codec.read``."""
        if len(levels) != 8 or levels[1] != "sys" or levels[4:6] != ["thing", "event"]:
            return None
        if levels[7] != "post":
            return None
        device, identifier = levels[3], levels[6]
        leaf = Up.TELEMETRY if identifier == _PROPERTY else Up.EVENT
        answer: Answer | None = None
        try:
            sent = parsed(payload)
            ident = _ident(sent)
            answer = _answer("/".join(levels), sent, ident)
            params = members(sent.get("params"), "BAD:params")
            if leaf is Up.TELEMETRY:
                part: Envelope | Refused = _properties(ident, payload, params, received)
            else:
                part = _event(ident, identifier, params, received)
        except Refused as refused:
            part = refused
        return VendorMessage(device, leaf, [part], answer)


def _ident(sent: dict[str, Any]) -> str:
    ident = sent.get("id")
    # Documented as a text of digits; devices send numbers, too.
    if isinstance(ident, str | int) and not isinstance(ident, bool):
        return str(ident)
    raise Refused("BAD:id" if "id" in sent else "MISSING:id")


def _answer(topic: str, sent: dict[str, Any], ident: str) -> Answer | None:
    system = sent.get("sys")
    if isinstance(system, dict) and system.get("ack") == 0:  # pyright: ignore[reportUnknownMemberType] # JSON
        return None

    def said(code: int) -> bytes:
        return orjson.dumps({"id": ident, "code": code, "data": {}})

    return Answer(f"{topic}_reply", said(200), said(_WRONG_REQUEST))


def _properties(ident: str, payload: bytes, params: dict[str, Any], received: int) -> Envelope:
    values: dict[str, Any] = {}
    times: list[int] = []
    for name, given in params.items():
        if isinstance(given, dict) and "value" in given:
            values[name] = given["value"]
            if "time" in given:
                times.append(_time(given["time"]))  # pyright: ignore[reportUnknownArgumentType] # JSON
        else:
            values[name] = given
    ts = max(times, default=received)
    return telemetry(ident, payload, ts, names.measures(values))


def _event(ident: str, identifier: str, params: dict[str, Any], received: int) -> Envelope:
    ts = _time(params["time"]) if "time" in params else received
    key = f"{ident}@{ts}" if "time" in params else f"{ident}@{received // _DAY_MS}"
    values = members(params.get("value", {}), "BAD:value")
    return event(key, names.event_type(identifier), ts, names.measures(values))


def _time(value: Any) -> int:
    if type(value) is not int:
        raise Refused("BAD:time")
    return value
