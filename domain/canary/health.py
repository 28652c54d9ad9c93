"""How long each step of the chain takes, by the test calls of the last hour."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Double, Select, cast, extract, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from domain.access import Actor, Role
from domain.canary.judging import stations_judged
from domain.canary.models import CanaryRun
from domain.database import Database
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff
from domain.stations.models import Station
from domain.tables import within

LOOKED_BACK: Final = timedelta(hours=1)
_MS: TypeEngine[float] = Double()


class ChainStep(StrEnum):
    """A part of the way from a button to a screen."""

    TO_BRIDGE = "TO_BRIDGE"
    TO_RECEIPT = "TO_RECEIPT"
    TO_SCREEN = "TO_SCREEN"
    WHOLE = "WHOLE"


class Health(NamedTuple):
    """Whether a press would be seen.

    Parameters:
        stations: how many ever rang.
        broken: those whose test call does not come through.
        runs: how many of the last hour.
    """

    stations: int
    broken: list[UUID]
    runs: int
    steps: "list[StepFigures]"


class StepFigures(NamedTuple):
    """Of one step, in milliseconds; None where no test call passed it.

    Parameters:
        runs: how many did.
    """

    step: ChainStep
    runs: int
    last_ms: float | None
    p50_ms: float | None
    p99_ms: float | None


_SPANS: dict[ChainStep, tuple[Any, Any]] = {
    ChainStep.TO_BRIDGE: (col(CanaryRun.pressed_at), col(CanaryRun.received_at)),
    ChainStep.TO_RECEIPT: (col(CanaryRun.received_at), col(CanaryRun.confirmed_at)),
    ChainStep.TO_SCREEN: (col(CanaryRun.recorded_at), col(CanaryRun.shown_at)),
    ChainStep.WHOLE: (col(CanaryRun.pressed_at), col(CanaryRun.shown_at)),
}


chain_visible = RowAccess(
    {**region_staff(in_region(col(Station.region_code))), Role.ADMIN: EVERY_ROW}
)
"""Whose stations' test calls a role is told of: those who are called when they do not come."""


async def chain_health(database: Database, actor: Actor, region: str | None) -> Health:
    """How the chain does by the stations that the actor answers for.

    Parameters:
        region: of those the ones in the subtree of this division; all if None.
    Raises: InvalidInput for a text that is no code.
    """
    there = [chain_visible(actor)]
    if region is not None:
        there.append(within(col(Station.region_code), region))
    judged = await database.fetch(stations_judged(func.now()).where(*there))
    ((runs, *figures),) = await database.fetch(_steps().where(*there))
    return Health(
        len(judged),
        [station for station, broken in judged if broken],
        runs,
        [StepFigures(step, *figures[4 * n : 4 * n + 4]) for n, step in enumerate(_SPANS)],
    )


def _steps() -> Select[*tuple[Any, ...]]:
    """One row: how many runs there were, and four figures of each step."""
    columns = [figure for begin, end in _SPANS.values() for figure in _figures(begin, end)]
    return (
        select(func.count(), *columns)
        .select_from(CanaryRun)
        .join(Station, col(Station.id) == col(CanaryRun.station_id))
        .where(col(CanaryRun.pressed_at) > func.now() - LOOKED_BACK)
    )


def _figures(begin: Any, end: Any) -> list[Any]:
    took: Any = cast(extract("epoch", end - begin) * 1000, _MS)
    in_turn: Any = aggregate_order_by(took, col(CanaryRun.pressed_at).desc())
    newest: Any = func.array_agg(in_turn, type_=ARRAY(_MS)).filter(took.is_not(None))
    shares = [func.percentile_cont(share).within_group(took) for share in (0.5, 0.99)]
    return [func.count(took), newest[1], *shares]
