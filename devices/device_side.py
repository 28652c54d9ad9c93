"""The broker as a device sees it: MQTT 3.1.1, which every broker and every device speaks."""

import ssl

import aiomqtt

from devices.address import BrokerAddress
from devices.client import AT_ONCE, Client

_TIMEOUT_S = 5.0


def device_client(
    address: BrokerAddress, protocol: aiomqtt.ProtocolVersion = aiomqtt.ProtocolVersion.V311
) -> aiomqtt.Client:
    """A connection to be, as an async context manager; it keeps no session."""
    return Client(
        hostname=address.host,
        port=address.port,
        username=address.username,
        password=address.password,
        protocol=protocol,
        timeout=_TIMEOUT_S,
        socket_options=AT_ONCE,
        tls_context=ssl.create_default_context() if address.tls else None,
    )


def why_not(address: BrokerAddress, failure: aiomqtt.MqttError) -> str:
    """One sentence for a broker that is not to be had."""
    if "timed out" in str(failure):
        return (
            f"The MQTT broker at {address} does not let us in: the user name or the password in "
            "mqtt_url is wrong, or the port is one of MQTT 5 or of TLS."
        )
    return f"The MQTT broker at {address} (mqtt_url) is not to be had: {failure}."
