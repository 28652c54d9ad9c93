"""Devices as somebody needs them who wants to be one with any MQTT client."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import col

from devices.messages import example
from devices.simulated import SimulatedDevice
from devices.topics import Down, topic
from domain.database import Database
from domain.devices.credentials import device_name, device_password
from domain.devices.models import Device, DeviceKind
from domain.ids import public_id


class Login(NamedTuple):
    """A broker account that all devices share, as on the embedded broker."""

    username: str
    password: str


async def device_lines(
    database: Database,
    master_key: bytes,
    tenant: str,
    *,
    kind: DeviceKind | None = None,
    limit: int = 10,
    login: Login | None = None,
) -> list[Mapping[str, Any]]:
    """The first devices, with what it takes to speak as one.

    Parameters:
        master_key: what device passwords are derived from, 32 bytes.
        kind: only devices of this kind; None for all.
        limit: how many at most.
        login: the shared account; None where each device has its own: its id and its password.
    Returns: dicts with ``device``, ``elder``, ``station``, ``kind``, ``username``, ``password``,
        ``topic``, ``receiptTopic`` and ``example``: a complete message, to be published on
        ``topic`` as JSON with a new ``id``, ``seq`` and ``ts``.
    """
    statement = select(
        col(Device.id),
        col(Device.elder_id),
        col(Device.station_id),
        col(Device.kind),
        col(Device.secret_version),
    ).order_by(col(Device.id))
    if kind is not None:
        statement = statement.where(col(Device.kind) == kind)
    lines: list[Mapping[str, Any]] = []
    for row in await database.fetch(statement.limit(limit)):
        device_id, elder_id, station_id, its_kind, version = row
        name = device_name(device_id)
        own = Login(name, device_password(master_key, device_id, version))
        account = login or own
        leaf, message = example(its_kind, time.time_ns() // 1_000_000)
        lines.append(
            {
                "device": name,
                "elder": elder_id and public_id("elder", elder_id),
                "station": station_id and public_id("station", station_id),
                "kind": its_kind.value,
                "username": account.username,
                "password": account.password,
                "topic": topic(tenant, name, leaf),
                "receiptTopic": topic(tenant, name, Down.RECEIPT),
                "example": message,
            }
        )
    return lines


async def devices_to_simulate(
    database: Database, most: Mapping[DeviceKind, int]
) -> list[SimulatedDevice]:
    """The first devices of some kinds, for the simulator.

    Parameters:
        most: how many of a kind at most.
    """
    found: list[SimulatedDevice] = []
    for kind, limit in most.items():
        statement = select(col(Device.id)).where(col(Device.kind) == kind)
        ids = await database.fetch(statement.order_by(col(Device.id)).limit(limit))
        found += [SimulatedDevice(device_name(device_id), kind) for (device_id,) in ids]
    return found
