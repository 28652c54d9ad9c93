"""The table of what comes with a home care bed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.tables import Table, facts, moment, primary_key, reference


class PackageItem(StrEnum):
    """What is installed at home, or done there each month."""

    DEVICE = "DEVICE"
    ADAPTATION = "ADAPTATION"
    CARE_VISIT = "CARE_VISIT"
    CARE_HOUR = "CARE_HOUR"
    NURSE_VISIT = "NURSE_VISIT"
    REHABILITATION = "REHABILITATION"
    BATH = "BATH"
    CLEANING = "CLEANING"
    MEAL = "MEAL"
    CALL = "CALL"


INSTALLED = frozenset({PackageItem.DEVICE, PackageItem.ADAPTATION})
"""What is there once; everything else is so many a month."""


class BedStayPackage(Table, table=True):
    """What comes with a home care bed from a day on, until another one is said; of no items,
    nothing does."""

    __table_args__ = (
        Index("bed_stay_package_once", "stay_id", "since", unique=True),
        CheckConstraint("jsonb_typeof(items) = 'object'", name="bed_stay_package_items_named"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    stay_id: UUID = Field(sa_column=reference("bed_stay.id"))
    since: date
    # Amounts by item.
    items: dict[str, Any] = Field(sa_column=facts())
    set_by: UUID = Field(sa_column=reference("account.id"))
    set_at: datetime = Field(default=None, sa_column=moment(default_now=True))
