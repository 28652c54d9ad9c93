"""Press -> frame: how long until a daughter's socket has what a button published.

    python -m benchmarks.press [--presses 200]

One MQTT client publishes an SOS at QoS 1 and notes the moment before; a graphql-transport-ws
client notes the moment at which the frame has arrived. Both run in this process, beside the whole
demo on the same machine.
"""

import argparse
import asyncio
import json
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

import aiomqtt
import websockets

from benchmarks.running_demo import RunningDemo, running_demo

CHANGED = "subscription { alarmChanged { cursor change alarm { id type state elder { name } } } }"
WARM_UP = 10


async def measure(demo: RunningDemo, presses: int) -> list[float]:
    """Milliseconds from publish to frame, one by one."""
    device = json.loads(demo.run("devices", "--kind", "sos_button", "--limit", "1"))
    token = demo.run("token", "--role", "family", "--person", device["elder"]).strip()
    broker = urlsplit(demo.addresses["mqtt"])
    latencies: list[float] = []
    async with (
        websockets.connect(
            demo.addresses["ws"], subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as socket,
        aiomqtt.Client(
            broker.hostname or "",
            broker.port or 1883,
            username=device["username"],
            password=device["password"],
        ) as button,
    ):
        await _subscribed(socket, token)
        for number in range(WARM_UP + presses):
            event = {**device["example"], "id": f"bench-{number}", "seq": number}
            event["ts"] = time.time_ns() // 1_000_000
            began = time.perf_counter()
            await button.publish(device["topic"], json.dumps(event), qos=1)
            frame: Any = json.loads(await socket.recv())
            assert frame["type"] == "next", frame
            latencies.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)
    return latencies[WARM_UP:]


async def _subscribed(socket: websockets.ClientConnection, token: str) -> None:
    await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
    await socket.recv()
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": CHANGED}}
    await socket.send(json.dumps(subscribe))
    # The protocol does not acknowledge a subscription.
    await asyncio.sleep(0.5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=200)
    arguments = parser.parse_args()
    with running_demo(elders=2000) as demo:
        latencies = sorted(asyncio.run(measure(demo, arguments.presses)))
    cuts = statistics.quantiles(latencies, n=100)
    print(
        f"press -> frame, {len(latencies)} presses: p50 {cuts[49]:.1f} ms, "
        f"p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms, worst {latencies[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
