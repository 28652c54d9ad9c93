"""Topics, built and taken apart."""

import pytest

from devices.topics import Down, Up, UpTopic, device_of, filters, parse, topic


def test_a_topic_is_built_and_taken_apart() -> None:
    for leaf in Up:
        assert parse(topic("sc", "device_1", leaf)) == UpTopic("sc", "device_1", leaf)
    assert topic("sc", "device_1", Down.RECEIPT) == "ec/v1/sc/device_1/rcpt"
    assert device_of("ec/v1/sc/device_1/rcpt") == "device_1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ec/v1/sc/d/rcpt",
        "ec/v1/sc/d/cmd",
        "ec/v2/sc/d/tele",
        "ec/v1/sc/d",
        "a/v1/sc/d/tele",
        "ec/v1/sc/d/tele/x",
        "ec/v1/sc/d/telemetry",
        "/ec/v1/sc/d/tele",
    ],
)
def test_what_is_no_device_topic_is_none(text: str) -> None:
    assert parse(text) is None


def test_the_filters_do_not_catch_what_is_sent_to_devices() -> None:
    assert filters("sc") == ["ec/v1/sc/+/tele", "ec/v1/sc/+/event", "ec/v1/sc/+/state"]
