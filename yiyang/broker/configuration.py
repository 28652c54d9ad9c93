"""A broker's configuration, from its templates beside this file."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Template


class Maker(StrEnum):
    """A broker that there is a configuration for."""

    MOSQUITTO = "mosquitto"
    EMQX = "emqx"


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """What differs from one deployment to another.

    Parameters:
        tenant: second part after ``ec/v1/`` in every topic.
        folder: of the configuration files.
        certificate: of the listener for devices, with what leads up to the authority, in PEM.
        key: of the certificate, in PEM.
        passwords: the file with the accounts.
        state: folder of what survives a restart.
        log: where the log goes, in the broker's own words.
        pid: file with the broker's process id.
        user: as whom the broker runs.
        bridge: user name of the bridges' account.
        port: for devices.
        bridge_port: for bridges, on this machine only.
        connections: devices at a time.
    """

    tenant: str
    folder: Path
    certificate: Path
    key: Path
    passwords: Path
    state: Path
    log: str
    pid: Path
    user: str
    bridge: str
    port: int
    bridge_port: int
    connections: int


class _Page(Template):
    """A template whose places are ``@{…}``: dollar and per cent are the brokers' own."""

    delimiter = "@"


_NAMES = {
    Maker.MOSQUITTO: {"mosquitto.conf": "mosquitto.conf", "acl": "mosquitto.acl"},
    Maker.EMQX: {"emqx.conf": "emqx.conf", "acl.conf": "emqx.acl"},
}


def configuration(maker: Maker, options: BrokerOptions) -> dict[str, str]:
    """The files of a broker's configuration: name in ``options.folder`` -> text."""
    here, values = files("yiyang.broker"), asdict(options)
    return {
        name: _Page((here / source).read_text()).substitute(values)
        for name, source in _NAMES[maker].items()
    }
