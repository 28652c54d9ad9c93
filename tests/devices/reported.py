"""Readings as their devices' messages, without a broker."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from devices.uplink import Arrival, Uplink, read
from domain.devices.rule_steps import Reading


def uplink(device: str, message: Any, leaf: str = "tele") -> Uplink:
    """A message as it comes from the broker."""
    payload = json.dumps(message).encode()
    topic = f"ec/v1/sc/{device}/{leaf}"
    return read(Arrival(topic, payload, len(payload), 1, datetime.now(UTC)))


def reported(device: str, reading: Reading) -> Uplink:
    """A reading as its device's message."""
    ts = round(reading.at.timestamp() * 1000)
    return uplink(
        device,
        {"v": 1, "id": f"{ts}-{reading.seq}", "boot": 1, "seq": reading.seq, "ts": ts}
        | {"type": "telemetry", "m": dict(reading.measures)},
    )


def nights(chance: random.Random, began: datetime) -> list[Reading]:
    """A stream with slow and fast stretches, gaps, moments out of bed, and readings of one
    moment."""
    readings: list[Reading] = []
    at = began
    rate = 60.0
    for seq in range(60):
        at += timedelta(seconds=chance.choice([0, 5, 10, 20]))
        rate = chance.choice([rate, rate, rate, rate, 40, 47, 60, 115, 130])
        in_bed = chance.random() < 0.95
        measures = {"heart_rate": rate, "breathing_rate": rate / 4.5, "in_bed": in_bed}
        readings.append(Reading(at, seq, measures))
    return readings
