"""Alarms as a queue."""

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.alarms.types import AlarmConnection
from api.describe import input_object
from api.plan.declare import descending
from api.plan.roots import listing
from domain.alarms import models
from domain.alarms.lifecycle import AlarmState
from domain.tables import within


@input_object
class AlarmFilter:
    """Which alarms."""

    state: list[AlarmState] | None = None
    """Only those in one of these states; one alone needs no brackets."""
    severity: list[models.AlarmSeverity] | None = None
    """Only those of one of these severities; one alone needs no brackets."""
    region: str | None = None
    """Only those that rang in the subtree of the division with this code."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        conditions: list[ColumnElement[bool]] = []
        if self.state is not None:
            conditions.append(col(models.Alarm.state).in_(self.state))
        if self.severity is not None:
            conditions.append(col(models.Alarm.severity).in_(self.severity))
        if self.region is not None:
            conditions.append(within(col(models.Alarm.region_code), self.region))
        return conditions


@strawberry.type
class AlarmQueries:
    """Root fields on alarms."""

    alarms: AlarmConnection = listing(
        models.Alarm,
        order=descending(models.Alarm.id),
        filter=AlarmFilter,
        description="The alarms that you may see, newest first.",
    )
