"""Tencent's IoT Explorer: the thing model's protocol.

Source: 腾讯云物联网开发平台, 物模型协议 (cloud.tencent.com, document 1081/34916).

- ``$thing/up/property/{ProductID}/{DeviceName}``:
  ``{"method":"report","clientToken":"123","timestamp":1628646783,"params":{"heart_rate":62}}``.
- ``$thing/up/event/{ProductID}/{DeviceName}``: ``{"method":"event_post","clientToken":"123",
  "version":"1.0","eventId":"sos","type":"fatal","timestamp":1628646783,"params":{"battery":80}}``.
- The answers, on ``$thing/down/…``: ``{"method":"report_reply","clientToken":"123","code":0,
  "status":""}``, or ``event_reply``; 406 says that a value does not fit the model.

``timestamp`` is in milliseconds by the text and in seconds by its examples: both are understood. A
clientToken pairs question and answer and promises no more, so an event is told by it and its time;
without a time each arrival is news.
"""

from typing import Any, Final

import orjson

from devices.codecs import names
from devices.codecs.message import Answer, VendorMessage, event, members, parsed, telemetry
from devices.payload import Envelope, Refused
from devices.topics import Up

_BEFORE_MS: Final = 100_000_000_000  # as milliseconds 1973, as seconds the year 5138
_DOES_NOT_FIT: Final = 406
_LEAVES: Final = {"property": Up.TELEMETRY, "event": Up.EVENT}
_METHODS: Final = {Up.TELEMETRY: "report", Up.EVENT: "event_post"}
_REPLIES: Final = {Up.TELEMETRY: "report_reply", Up.EVENT: "event_reply"}


class Tencent:
    """See ``Codec``."""

    root: str = "$thing"
    filters: tuple[str, ...] = ("$thing/up/property/+/+", "$thing/up/event/+/+")

    def read(self, levels: list[str], payload: bytes, received: int) -> VendorMessage | None:
        """See ``Codec.read``."""
        leaf = _LEAVES.get(levels[2]) if len(levels) == 5 and levels[1] == "up" else None
        if leaf is None:
            return None
        answer: Answer | None = None
        try:
            sent = parsed(payload)
            method = sent.get("method")
            if method != _METHODS[leaf]:
                # A question of the device's (get_status, report_info); nobody answers it here.
                raise Refused("UNKNOWN_TYPE")
            token = _token(sent)
            answer = _answer(levels, leaf, token)
            part: Envelope | Refused = _part(leaf, token, payload, sent, received)
        except Refused as refused:
            part = refused
        return VendorMessage(levels[4], leaf, [part], answer)


def _token(sent: dict[str, Any]) -> str:
    token = sent.get("clientToken")
    if isinstance(token, str):
        return token
    raise Refused("BAD:clientToken" if "clientToken" in sent else "MISSING:clientToken")


def _answer(levels: list[str], leaf: Up, token: str) -> Answer:
    def said(code: int, status: str) -> bytes:
        answer = {"method": _REPLIES[leaf], "clientToken": token, "code": code, "status": status}
        return orjson.dumps(answer)

    topic = "/".join((levels[0], "down", *levels[2:]))
    return Answer(topic, said(0, ""), said(_DOES_NOT_FIT, "refused"))


def _part(leaf: Up, token: str, payload: bytes, sent: dict[str, Any], received: int) -> Envelope:
    ts = _time(sent["timestamp"]) if "timestamp" in sent else received
    values = names.measures(members(sent.get("params", {}), "BAD:params"))
    if leaf is Up.TELEMETRY:
        return telemetry(token, payload, ts, values)
    return event(f"{token}@{ts}", names.event_type(sent.get("eventId")), ts, values)


def _time(value: Any) -> int:
    if type(value) is not int:
        raise Refused("BAD:timestamp")
    return value * 1000 if value < _BEFORE_MS else value
