"""Every scenario, by its name."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from benchmarks.alarms import (
    bridge,
    broker,
    database,
    escalations,
    fanout,
    latency,
    messages,
    silence,
    subscriber,
)
from benchmarks.alarms.calls import Scale
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand

Scenario = Callable[[Stand, Scale], Awaitable[Outcome]]

SCENARIOS: Final[Mapping[str, Scenario]] = {
    "bridge-killed": bridge.killed,
    "broker-restarted": broker.restarted,
    "broker-killed": broker.killed_without_database,
    "database-killed": database.killed,
    "database-frozen": database.frozen,
    "twice-and-shuffled": messages.twice_and_shuffled,
    "malformed": messages.malformed,
    "devices-cut": silence.cut,
    "worker-killed": escalations.worker_killed,
    "subscriber-away": subscriber.away,
    "latency-idle": latency.idle,
    "latency-1000": latency.beside_1000,
    "latency-5000": latency.beside_5000,
    "fan-out": fanout.to_a_crowd,
}
