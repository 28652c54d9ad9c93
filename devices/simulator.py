"""The simulator: simulated devices over real MQTT, all of them on one connection."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import aiomqtt

from devices.address import broker_address
from devices.device_side import device_client, why_not
from devices.simulated import SimulatedDevice
from devices.simulation import Simulation, SimulatorSettings
from devices.topics import Down, topic

__all__ = ["SimulatedDevice", "SimulatorSettings", "run_simulator"]

_LOG = logging.getLogger(__name__)

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 10.0


async def run_simulator(settings: SimulatorSettings, devices: Sequence[SimulatedDevice]) -> None:
    """Simulate devices until cancelled; a broker that is away is waited for.

    Raises: ValueError for an ``mqtt_url`` that is none.
    """
    address = broker_address(settings.mqtt_url)
    simulation = Simulation(settings, devices)
    pause = _FIRST_PAUSE_S
    while True:
        try:
            async with device_client(address) as client:
                pause = _FIRST_PAUSE_S
                await client.subscribe(topic(settings.tenant, "+", Down.RECEIPT))
                async with asyncio.TaskGroup() as together:
                    together.create_task(simulation.listen(client))
                    together.create_task(simulation.speak(client))
        except* aiomqtt.MqttError as failures:
            sentence = why_not(address, _first(failures))
            _LOG.warning("%s The simulator tries again in %.1f s.", sentence, pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def _first(failures: BaseExceptionGroup[aiomqtt.MqttError]) -> aiomqtt.MqttError:
    inner = failures.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
