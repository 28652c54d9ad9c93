"""Devices and everything they sent: events, telemetry, vital signs, and what was refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field

from domain.tables import Table, choice, facts, moment, primary_key, reference


class DeviceKind(StrEnum):
    """What a device is; ``devices/kinds/`` holds one file of data for each."""

    SOS_BUTTON = "SOS_BUTTON"
    SLEEP_BAND = "SLEEP_BAND"


class Device(Table, table=True):
    """One device in someone's home; its GraphQL id is its MQTT user name."""

    __table_args__ = (
        CheckConstraint("secret_version > 0", name="device_secret_version_positive"),
        # In the order in which an elder's devices are shown, so that nobody has to sort them.
        Index("device_elder_id_id", "elder_id", "id"),
        # Room on each page, so that the frequent change of last_seen_at stays a HOT update.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    kind: DeviceKind = Field(sa_column=choice(DeviceKind, "device_kind_known"))
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    vendor_id: UUID = Field(sa_column=reference("vendor.id", index=True))
    secret_version: int = 1
    last_seen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class DeviceEvent(Table, table=True):
    """Something that happened once, such as a press of the button; unique per device."""

    __table_args__ = (Index("device_event_received_at", "received_at"),)

    device_id: UUID = Field(sa_column=reference("device.id", primary_key=True))
    event_id: str = Field(primary_key=True)
    type: str
    boot: int
    seq: int
    device_time: datetime = Field(sa_column=moment())
    received_at: datetime = Field(sa_column=moment())
    late: bool
    measures: dict[str, Any] = Field(sa_column=facts())


class Telemetry(Table, table=True):
    """One set of measurements; (device, device time, sequence) tells redelivery from news."""

    device_id: UUID = Field(sa_column=reference("device.id", primary_key=True))
    device_time: datetime = Field(sa_column=moment(primary_key=True))
    seq: int = Field(primary_key=True)
    received_at: datetime = Field(sa_column=moment())
    measures: dict[str, Any] = Field(sa_column=facts())


class RuleState(Table, table=True):
    """What a rule remembers about a device, so that nothing is lost with a process."""

    device_id: UUID = Field(sa_column=reference("device.id", primary_key=True))
    rule: str = Field(primary_key=True)
    latest: datetime = Field(sa_column=moment())
    breached_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    raised: bool = False


class VitalSignKind(StrEnum):
    """A vital sign, by its name in LOINC and in FHIR's vital signs profiles (8867-4, 9279-1)."""

    HEART_RATE = "HEART_RATE"
    RESPIRATORY_RATE = "RESPIRATORY_RATE"


class VitalSign(Table, table=True):
    """The newest measurement of one vital sign of an elder, by device time, whenever it came.

    Of measurements of one moment the device and the sequence decide, as in telemetry's key.
    """

    # Written with every batch: room on each page, and no index on what changes, keep it HOT.
    __table_args__ = ({"postgresql_with": {"fillfactor": "70"}},)

    elder_id: UUID = Field(sa_column=reference("elder.id", primary_key=True))
    kind: VitalSignKind = Field(
        sa_column=choice(VitalSignKind, "vital_sign_kind_known", primary_key=True)
    )
    value: float
    measured_at: datetime = Field(sa_column=moment())
    device_id: UUID = Field(sa_column=reference("device.id"))
    seq: int


class DeadLetter(Table, table=True):
    """A message that could not be taken, kept with its reason; the payload is cut at 16 KiB."""

    __table_args__ = (Index("dead_letter_received_at", "received_at"),)

    id: UUID = Field(default=None, sa_column=primary_key())
    received_at: datetime = Field(sa_column=moment())
    topic: str
    reason: str
    size: int
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
