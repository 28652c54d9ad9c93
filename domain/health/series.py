"""What was measured as a curve: at most so many points, whatever there is.

Where there are fewer values than points, each is one. Where there are more, the time is cut into as
many equal pieces as there may be points, and each piece that holds values says their mean, their
least and their most: a chart draws the line and the band around it, and no peak is lost.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Double, and_, case, cast, extract, func, literal, select
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from domain.access import Actor
from domain.database import Database
from domain.errors import InvalidInput
from domain.health.kinds import MeasurementKind
from domain.health.models import Measurement
from domain.health.visibility import measurement_visible
from domain.reasons import Reason

FEWEST, MOST = 2, 1_000
"""Points of a curve."""

USUAL = 200
"""As many as a telephone has room for."""

YEARS = 10
"""Of a curve, at most: what a doctor looks back over."""

_LONGEST = timedelta(days=YEARS * 366)

_DOUBLE: TypeEngine[Any] = Double()


class Values(NamedTuple):
    """What some values come to."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve.

    Parameters:
        at: the mean of the moments.
        count: of how many values.
        diastolic: of a blood pressure only.
    """

    at: datetime
    count: int
    value: Values
    diastolic: Values | None


@dataclass(frozen=True)
class Curve:
    """Reads the curve of each of some elders in one statement: of what the actor sees.

    Parameters:
        since, until: from when until before when.
        points: at most so many.
    """

    actor: Actor
    kind: MeasurementKind
    since: datetime
    until: datetime
    points: int

    def __post_init__(self) -> None:
        """Raises: InvalidInput(to or points)."""
        if self.until <= self.since:
            raise InvalidInput("to", reason=Reason.NOT_BEFORE, earliest=self.since.isoformat())
        if self.until - self.since > _LONGEST:
            most = (self.since + _LONGEST).isoformat()
            raise InvalidInput("to", reason=Reason.DAYS, after=self.since.isoformat(), most=most)
        if not FEWEST <= self.points <= MOST:
            raise InvalidInput("points", reason=Reason.RANGE, least=FEWEST, most=MOST)

    async def __call__(
        self, database: Database, keys: Collection[UUID], *, primary: bool = False
    ) -> Mapping[UUID, Sequence[Point]]:
        """The points by elder, the earliest first."""
        found: dict[UUID, list[Point]] = {key: [] for key in keys}
        for elder_id, at, count, *values in await database.fetch(
            self.statement(keys), primary=primary
        ):
            second = Values(*values[3:]) if values[3] is not None else None
            found[elder_id].append(Point(at, count, Values(*values[:3]), second))
        return found

    def statement(self, keys: Collection[UUID]) -> Any:
        """What is read."""
        one = self._in_pieces(keys).subquery("one").c
        moment = func.to_timestamp(func.avg(extract("epoch", one.taken_at)))
        return (
            select(
                one.elder_id,
                moment.label("at"),
                func.count().label("count"),
                *_summary(one.value),
                *_summary(one.diastolic),
            )
            .group_by(one.elder_id, one.piece)
            .order_by(one.elder_id, one.piece)
        )

    def _in_pieces(self, keys: Collection[UUID]) -> Any:
        """Each value, and the piece of the curve that it belongs to."""
        elder_id, taken_at = col(Measurement.elder_id), col(Measurement.taken_at)
        width = (self.until - self.since).total_seconds() / self.points
        passed = extract("epoch", taken_at - literal(self.since))
        few = func.count().over(partition_by=elder_id) <= self.points
        each = func.row_number().over(partition_by=elder_id, order_by=taken_at)
        piece = case((few, each), else_=func.floor(cast(passed, _DOUBLE) / width))
        return select(
            elder_id,
            taken_at,
            col(Measurement.value),
            col(Measurement.diastolic),
            piece.label("piece"),
        ).where(
            and_(
                elder_id.in_(keys),
                col(Measurement.kind) == self.kind,
                col(Measurement.withdrawn_at).is_(None),
                taken_at >= self.since,
                taken_at < self.until,
            ),
            measurement_visible(self.actor),
        )


def _summary(value: Any) -> tuple[Any, ...]:
    return func.avg(value), func.min(value), func.max(value)
