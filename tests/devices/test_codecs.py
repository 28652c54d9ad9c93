"""Vendors' messages in our words: the documented examples, and what is wrong with others."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import CODECS, VendorMessage, read
from devices.codecs.names import EVENTS, MEASURES
from devices.payload import Envelope, Refused
from devices.topics import Up
from domain.devices.kinds import KINDS

NOON = 1_795_406_400_000
ALINK = "/sys/a1BwAGV****/{}/thing/event/{}/post"
TENCENT = "$thing/up/{}/QD****BNB/dev01"
HUAWEI = "$oc/devices/dev01/sys/{}"


def said(topic: str, message: Any) -> VendorMessage:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    found = read(topic, payload, NOON)
    assert found is not None
    return found


def only(message: VendorMessage) -> Envelope:
    (part,) = message.parts
    assert isinstance(part, Envelope), part
    return part


def reason(topic: str, message: Any) -> str:
    (part,) = said(topic, message).parts
    assert isinstance(part, Refused)
    return part.reason


def answer(message: VendorMessage) -> tuple[str, Any, Any]:
    assert message.answer is not None
    topic, stored, refused = message.answer
    return topic, json.loads(stored), json.loads(refused)


def test_alink_properties() -> None:
    params = {
        "HeartRate": {"value": 62, "time": 1524448722000},
        "InBed": {"value": 1, "time": 1524448723000},
        "WF": {"value": 23.6, "time": 1524448722000},
        "BreathRate": 14,
    }
    method = "thing.event.property.post"
    topic = ALINK.format("dev01", "property")
    message = said(topic, {"id": "123", "version": "1.0", "params": params, "method": method})
    assert (message.device, message.leaf) == ("dev01", Up.TELEMETRY)
    part = only(message)
    assert (part.id, part.type, part.ts) == ("123", "telemetry", 1524448723000)
    assert part.measures == {"heart_rate": 62, "in_bed": True, "breathing_rate": 14}
    assert answer(message) == (
        f"{topic}_reply",
        {"id": "123", "code": 200, "data": {}},
        {"id": "123", "code": 460, "data": {}},
    )


def test_an_alink_event_is_told_by_its_id_and_its_time_or_by_the_day() -> None:
    topic = ALINK.format("dev01", "SOSAlarm")
    whole = {"id": "123", "sys": {"ack": 0}, "params": {"value": {"BatteryPercentage": 80}}}
    timed = {**whole, "params": {**whole["params"], "time": 1524448722000}}
    message = said(topic, timed)
    assert message.leaf is Up.EVENT
    assert message.answer is None
    part = only(message)
    assert (part.id, part.type, part.ts) == ("123@1524448722000", "sos", 1524448722000)
    assert part.measures == {"battery": 80}
    assert only(said(topic, whole)).id == f"123@{NOON // 86_400_000}"


def test_tencent_properties_and_events() -> None:
    report = {"method": "report", "clientToken": "123", "timestamp": 1628646783}
    message = said(
        TENCENT.format("property"), {**report, "params": {"heart_rate": 61, "in_bed": 0}}
    )
    part = only(message)
    assert (message.device, message.leaf, part.ts) == ("dev01", Up.TELEMETRY, 1628646783000)
    assert part.measures == {"heart_rate": 61, "in_bed": False}
    topic, stored, refused = answer(message)
    assert topic == "$thing/down/property/QD****BNB/dev01"
    assert stored == {"method": "report_reply", "clientToken": "123", "code": 0, "status": ""}
    assert refused["code"] == 406

    post = {"method": "event_post", "clientToken": "c", "version": "1.0", "type": "fatal"}
    post |= {"eventId": "sos", "timestamp": 1628646783123, "params": {"battery": 20}}
    message = said(TENCENT.format("event"), post)
    part = only(message)
    assert (part.id, part.type, part.ts) == ("c@1628646783123", "sos", 1628646783123)
    assert answer(message)[1]["method"] == "event_reply"


def test_huawei_s_services_are_parts_with_a_time_each() -> None:
    services = [
        {"service_id": "Heart", "properties": {"heart_rate": 57}, "event_time": "20151212T121212Z"},
        {"service_id": "Battery", "properties": {"BatteryLevel": 80}},
        {"service_id": "$time", "properties": {"heart_rate": 1}},
    ]
    message = said(HUAWEI.format("properties/report"), {"services": services})
    first, second = message.parts
    assert isinstance(first, Envelope)
    assert isinstance(second, Envelope)
    assert (first.ts, first.measures) == (1449922332000, {"heart_rate": 57})
    assert (second.ts, second.measures) == (NOON, {"battery": 80})
    assert first.seq != second.seq
    assert message.answer is None


def test_a_huawei_event_is_told_by_its_id_or_by_its_time() -> None:
    event = {"service_id": "Alarm", "event_type": "sos", "event_time": "2020-08-12T12:12:12.333Z"}
    topic = HUAWEI.format("events/up")
    part = only(said(topic, {"object_device_id": "dev01", "services": [event]}))
    assert (part.id, part.type, part.ts) == ("sos@1597234332333", "sos", 1597234332333)
    named = {**event, "event_id": "40cc9ab1-3579-488c-95c6-c18941c99eb4", "paras": {"battery": 9}}
    part = only(said(topic, {"services": [named]}))
    assert (part.id, part.measures) == (named["event_id"], {"battery": 9})


def test_the_same_message_again_is_the_same_and_another_of_that_moment_is_not() -> None:
    topic = TENCENT.format("property")
    report = {"method": "report", "clientToken": "1", "timestamp": 1628646783}
    one, again, other = (
        only(said(topic, {**report, "params": {"heart_rate": rate}})) for rate in (60, 60, 61)
    )
    assert one == again
    assert (one.ts, one.id) == (other.ts, other.id)
    assert one.seq != other.seq


PROPERTY, EVENT = ALINK.format("d", "property"), ALINK.format("d", "sos")
REPORT = {"method": "report", "clientToken": "1"}


@pytest.mark.parametrize(
    ("topic", "message", "why"),
    [
        (PROPERTY, b"{", "NOT_JSON"),
        (PROPERTY, b"[]", "NOT_AN_OBJECT"),
        (PROPERTY, b" " * 20_000, "TOO_LARGE"),
        (PROPERTY, {"params": {}}, "MISSING:id"),
        (PROPERTY, {"id": True, "params": {}}, "BAD:id"),
        (PROPERTY, {"id": "1"}, "BAD:params"),
        (PROPERTY, {"id": "1", "params": {"Power": {"value": 1, "time": "now"}}}, "BAD:time"),
        (EVENT, {"id": "1", "params": {"value": []}}, "BAD:value"),
        (EVENT, {"id": "1", "params": {"time": -1}}, "OUT_OF_RANGE:ts"),
        (EVENT, {"id": "1" * 65, "params": {}}, "BAD:id"),
        (EVENT, {"id": "\u0000", "params": {}}, "BAD:id"),
        (ALINK.format("d", "cpuerror"), {"id": "1", "params": {}}, "UNKNOWN_TYPE"),
        (TENCENT.format("property"), {"method": "get_status"}, "UNKNOWN_TYPE"),
        (TENCENT.format("property"), {"method": "report"}, "MISSING:clientToken"),
        (TENCENT.format("property"), {**REPORT, "timestamp": 1.5}, "BAD:timestamp"),
        (TENCENT.format("property"), {**REPORT, "params": 1}, "BAD:params"),
        (HUAWEI.format("events/up"), {}, "MISSING:services"),
        (HUAWEI.format("events/up"), {"services": [1]}, "BAD:services"),
        (HUAWEI.format("events/up"), {"services": []}, "NO_KNOWN_MEASURE"),
        (HUAWEI.format("events/up"), {"services": [{}] * 101}, "TOO_LARGE"),
        (HUAWEI.format("events/up"), {"object_device_id": "d2", "services": []}, "UNKNOWN_DEVICE"),
        (HUAWEI.format("properties/report"), {"services": [{}]}, "BAD:properties"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(
    topic: str, message: Any, why: str
) -> None:
    assert reason(topic, message) == why


@pytest.mark.parametrize(
    "topic",
    [
        "/sys/a/d/thing/service/property/set",
        "/sys/a/d/thing/event/property/post_reply",
        "$thing/down/property/p/d",
        "$thing/up/service/p/d",
        "$oc/devices/d/sys/messages/up",
        "$SYS/broker/uptime",
        "ec/v1/sc/d/rcpt",
        "",
    ],
)
def test_other_topics_are_nobody_s(topic: str) -> None:
    assert read(topic, b"{}", NOON) is None


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(("value", "time")), inner, max_size=3
        )
    ),
    max_leaves=12,
)
SERVICE_FIELDS = ("service_id", "properties", "event_time", "event_type", "event_id", "paras")
SERVICE = JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(SERVICE_FIELDS, JSON))
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.sampled_from(("report", "event_post", "1", {}))
        for name in ("id", "sys", "params", "method", "clientToken", "timestamp", "eventId")
    }
    | {"services": SERVICE | st.lists(SERVICE), "object_device_id": JSON},
)
TOPICS = [
    PROPERTY,
    EVENT,
    TENCENT.format("property"),
    TENCENT.format("event"),
    HUAWEI.format("properties/report"),
    HUAWEI.format("events/up"),
]


@pytest.mark.parametrize("topic", TOPICS, ids=["properties", "event"] * 3)
@given(message=MESSAGES | JSON | st.binary())
def test_whatever_comes_is_taken_or_refused_and_never_an_error(topic: str, message: Any) -> None:
    try:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    except UnicodeEncodeError:
        return
    parts = said(topic, payload).parts
    assert parts
    assert all(isinstance(part, Envelope | Refused) for part in parts)


def test_every_name_of_a_vendor_s_stands_for_one_of_ours() -> None:
    def names(part: Mapping[str, Any]) -> set[str]:
        return set(part)

    kinds = KINDS.values()
    measured = set[str]().union(*(names(kind.telemetry) for kind in kinds))
    told = [event.measures for kind in kinds for event in kind.events.values()]
    assert set(MEASURES.values()) == measured.union(*map(names, told))
    assert set(EVENTS.values()) == set[str]().union(*(names(kind.events) for kind in kinds))
    assert set(CODECS) == {"aliyun", "tencent", "huawei"}
