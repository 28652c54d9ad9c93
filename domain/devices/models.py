"""Devices and everything they sent: events, telemetry, vital signs, and what was refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Uuid, text
from sqlmodel import Field

from domain.tables import POINTS_TO, Table, choice, facts, flag, moment, primary_key, reference


class DeviceKind(StrEnum):
    """What a device is; ``kinds/`` holds one file of data for each."""

    SOS_BUTTON = "SOS_BUTTON"
    SLEEP_BAND = "SLEEP_BAND"
    FALL_RADAR = "FALL_RADAR"
    DOOR_CONTACT = "DOOR_CONTACT"
    MOTION_SENSOR = "MOTION_SENSOR"
    SMOKE_DETECTOR = "SMOKE_DETECTOR"
    GAS_DETECTOR = "GAS_DETECTOR"
    WATER_LEAK_DETECTOR = "WATER_LEAK_DETECTOR"
    WATER_METER = "WATER_METER"
    ELECTRICITY_METER = "ELECTRICITY_METER"
    WATCH = "WATCH"
    BLOOD_PRESSURE_METER = "BLOOD_PRESSURE_METER"
    HEALTH_STATION = "HEALTH_STATION"


class Device(Table, table=True):
    """One device, in someone's home or in a station; in neither it is in stock. Its GraphQL id is
    its MQTT user name."""

    __table_args__ = (
        CheckConstraint("secret_version > 0", name="device_secret_version_positive"),
        CheckConstraint("num_nonnulls(elder_id, station_id) <= 1", name="device_in_one_place"),
        CheckConstraint("NOT canary OR station_id IS NOT NULL", name="device_canary_at_station"),
        Index("device_canary_once", "station_id", unique=True, postgresql_where=text("canary")),
        Index(
            "device_station_id_id",
            "station_id",
            "id",
            postgresql_where=text("station_id IS NOT NULL"),
        ),
        # In the order in which an elder's devices are shown, so that nobody has to sort them.
        Index("device_elder_id_id", "elder_id", "id"),
        Index("device_offline_id", "id", postgresql_where=text("offline_since IS NOT NULL")),
        # Room on each page, so that the frequent change of last_seen_at stays a HOT update.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    kind: DeviceKind = Field(sa_column=choice(DeviceKind, "device_kind_known"))
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))
    station_id: UUID | None = Field(default=None, sa_column=reference("station.id", nullable=True))
    vendor_id: UUID = Field(sa_column=reference("vendor.id", index=True))
    canary: bool = Field(default=False, sa_column=flag())
    secret_version: int = 1
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    last_seen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    suspected_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    offline_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    back_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    heard_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class DeviceEvent(Table, table=True):
    """Something that happened once, such as a press of the button; unique per device.

    It is of whose the device was when it came: given to somebody else, a device takes nothing of
    the former elder's along.
    """

    __table_args__ = (
        Index("device_event_received_at", "received_at"),
        # Rules that are followed anew over what a device has said.
        Index("device_event_device_id_device_time", "device_id", "device_time"),
        # What a button is still to be answered: few rows, and only those that rang.
        Index("device_event_alarm_id", "alarm_id", postgresql_where=text("alarm_id IS NOT NULL")),
    )

    device_id: UUID = Field(sa_column=reference("device.id", primary_key=True))
    event_id: str = Field(primary_key=True)
    elder_id: UUID | None = Field(
        default=None, sa_column=reference("elder.id", nullable=True, index=True)
    )
    type: str
    boot: int
    seq: int
    device_time: datetime = Field(sa_column=moment())
    received_at: datetime = Field(sa_column=moment())
    late: bool
    measures: dict[str, Any] = Field(sa_column=facts())
    alarm_id: UUID | None = Field(default=None, sa_column=reference("alarm.id", nullable=True))


class AnswerCursor(Table, table=True):
    """How far a tenant's bridges have told devices what became of their calls: one row for all of
    them, and whoever holds it tells."""

    tenant: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class Telemetry(Table, table=True):
    """One set of measurements; (device, device time, sequence) tells redelivery from news.

    A partition a day of device time (``domain/devices/partitions.py``), and a default one for
    clocks that are far off. No foreign keys: to make or drop a partition would lock the tables that
    they point to, and with ``device`` every bridge. The batch holds its devices' rows meanwhile.

    Parameters:
        elder_id: whose the device was when the reading came.
    """

    __table_args__ = (
        Index("telemetry_received_at", "received_at", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (device_time)"},
    )

    device_id: UUID = Field(
        sa_column=Column(Uuid(), primary_key=True, info={POINTS_TO: "device.id"})
    )
    device_time: datetime = Field(sa_column=moment(primary_key=True))
    seq: int = Field(primary_key=True)
    received_at: datetime = Field(sa_column=moment())
    elder_id: UUID | None = Field(
        default=None,
        sa_column=Column(Uuid(), nullable=True, index=True, info={POINTS_TO: "elder.id"}),
    )
    measures: dict[str, Any] = Field(sa_column=facts())


class RuleState(Table, table=True):
    """What its rules remember about a device, so that nothing is lost with a process.

    ``memory`` is by rule (``domain/devices/rule_memory.py``); ``due_at`` is when time alone may
    make a rule speak.
    """

    __table_args__ = (
        Index("rule_state_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        # Written with every batch: what is indexed changes seldom, so most stay HOT updates.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    device_id: UUID = Field(sa_column=reference("device.id", primary_key=True))
    elder_id: UUID | None = Field(
        default=None, sa_column=reference("elder.id", nullable=True, index=True)
    )
    latest: datetime = Field(sa_column=moment())
    memory: dict[str, Any] = Field(sa_column=facts())
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class VitalSignKind(StrEnum):
    """A vital sign, by its name in LOINC: 8867-4, 9279-1, 59408-5, 8480-6, 8462-4, 8310-5, and
    for glucose, which is measured in capillary blood, 14743-9."""

    HEART_RATE = "HEART_RATE"
    RESPIRATORY_RATE = "RESPIRATORY_RATE"
    OXYGEN_SATURATION = "OXYGEN_SATURATION"
    SYSTOLIC_BLOOD_PRESSURE = "SYSTOLIC_BLOOD_PRESSURE"
    DIASTOLIC_BLOOD_PRESSURE = "DIASTOLIC_BLOOD_PRESSURE"
    BODY_TEMPERATURE = "BODY_TEMPERATURE"
    GLUCOSE = "GLUCOSE"


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
