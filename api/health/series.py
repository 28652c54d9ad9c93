"""What was measured, as a chart draws it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.describe import output
from api.health.enums import MeasurementKind
from api.plan.shapes import row_type_of_table
from domain.health.kinds import KINDS
from domain.health.series import FEWEST, MOST, USUAL, YEARS, Curve, Point, Values
from domain.metadata import METADATA

_ELDERS = METADATA.tables["elder"]


@output
class MeasurementSeriesPoint:
    """A value, or what several come to that were measured one after the other."""

    at: datetime
    """When it was measured; of several the mean of their moments."""
    value: float
    """The value, of several the mean; of a blood pressure the systolic one."""
    low: float
    """The least of them."""
    high: float
    """The most of them."""
    diastolic: float | None
    """Of a blood pressure the diastolic value, of several the mean; null of anything else."""
    diastolic_low: float | None
    """The least of these."""
    diastolic_high: float | None
    """The most of these."""
    count: int
    """Of how many values."""


@output
class MeasurementSeries:
    """What was measured of one kind, in the order of time."""

    kind: MeasurementKind
    """What was measured."""
    unit: str
    """The unit's code in UCUM."""
    points: list[MeasurementSeriesPoint]
    """Each value, where there are no more than were asked for. Else the time is cut into as many
    equal pieces, and each piece that holds any says their mean, their least and their most."""


async def measurement_series(
    elder: Any,
    context: Context,
    kind: Annotated[MeasurementKind, strawberry.argument(description="What was measured.")],
    from_: Annotated[
        datetime, strawberry.argument(name="from", description="Measured then or later.")
    ],
    to: Annotated[
        datetime,
        strawberry.argument(description=f"Measured before; {YEARS} years after `from` at most."),
    ],
    points: Annotated[
        int, strawberry.argument(description=f"How many at most: {FEWEST} to {MOST}.")
    ] = USUAL,
) -> MeasurementSeries:
    """The curve of what the actor sees; who is shown any of it is in the audit trail.

    Raises: InvalidInput(to or points).
    """
    curve = Curve(context.actor, kind, from_, to, points)
    loader = context.loaders.beside(row_type_of_table(_ELDERS), curve)
    found: Sequence[Point] = await loader.load(elder.id) or ()
    if found:
        context.disclose(elder.id, "Elder.measurementSeries")
    rounded = [_point(one, KINDS[kind].places) for one in found]
    return MeasurementSeries(kind=kind, unit=KINDS[kind].unit, points=rounded)


def _point(point: Point, places: int) -> MeasurementSeriesPoint:
    value, second = _rounded(point.value, places), point.diastolic
    diastolic = _rounded(second, places) if second else None
    return MeasurementSeriesPoint(
        at=point.at,
        value=value.mean,
        low=value.low,
        high=value.high,
        diastolic=diastolic and diastolic.mean,
        diastolic_low=diastolic and diastolic.low,
        diastolic_high=diastolic and diastolic.high,
        count=point.count,
    )


def _rounded(values: Values, places: int) -> Values:
    """One place more than a single value has."""
    return Values(*(round(value, places + 1) for value in values))
