"""A figure of the cockpit, by what its rows are."""

from collections.abc import Callable
from typing import Any

import strawberry

from api.alarms.types import AlarmConnection
from api.beds.types import Bed
from api.context import Info
from api.dashboard.reading import Reading
from api.dashboard.words import GAPS, WORDS, Texts
from api.describe import enumeration, output
from api.elders.types import Elder
from api.ledger.types import LedgerTransfer
from api.plan.declare import ascending, descending
from api.plan.shapes import Order
from api.relay import After, Before, Connection, First, Last, PageArguments
from api.texts import Language
from api.visits.obligations import VisitObligation
from api.visits.types import VisitTask
from domain.alarms.models import Alarm as AlarmRow
from domain.beds.models import Bed as BedRow
from domain.dashboard.lists import Rows
from domain.dashboard.metrics import Key, Metric, Unit
from domain.elders.models import Elder as ElderRow
from domain.ledger.models import LedgerTransfer as TransferRow
from domain.visits.models import VisitTask as VisitRow
from domain.visits.obligation_models import VisitObligation as ObligationRow

enumeration(
    Key,
    "What a figure of the cockpit counts; `definition` says how.",
    name="DistrictDashboardKey",
    ELDERS="登记老人.",
    KEY_ELDERS="重点老人.",
    PROTECTED="设备守护率.",
    VISIT_COVERAGE="探访覆盖率.",
    VISITS="探访次数.",
    HOURS="志愿服务时长.",
    OCCUPANCY="机构床位入住率.",
    HOME_OCCUPANCY="家庭养老床位使用率.",
    NURSING_RATIO="护理型床位占比.",
    ANSWERED_IN_60="60秒内应答率.",
    ANSWERED_IN_180="180秒内应答率.",
    ARRIVED_IN_TIME="15分钟内到场率.",
)

enumeration(
    Unit,
    "What a figure is a number of.",
    name="DistrictDashboardUnit",
    ELDERS="人 elders.",
    VISITS="次 visits.",
    HOURS="小时 hours.",
    SHARE="比例 a part, 0 to 1.",
)


def _said(texts: Texts, info: Info) -> str:
    return texts[list(Language).index(info.context.language)]


@strawberry.interface(
    description="A figure of a region, with what it counts, and as `rows` the rows behind it: each "
    "type has those of its own kind."
)
class DistrictFigure:
    """A figure, read when it is asked for."""

    metric: strawberry.Private[Metric]
    reading: strawberry.Private[Reading]

    @strawberry.field(description="Which it is.")
    def key(self) -> Key:
        """Of the metric."""
        return self.metric.key

    @strawberry.field(description="Its name, in the language of Accept-Language.")
    def title(self, info: Info) -> str:
        """From the words."""
        return _said(WORDS[self.metric.key].title, info)

    @strawberry.field(
        description="What is counted, how, and by whose rule, in the language of Accept-Language."
    )
    def definition(self, info: Info) -> str:
        """From the words."""
        return _said(WORDS[self.metric.key].definition, info)

    @strawberry.field(description="What it is a number of.")
    def unit(self) -> Unit:
        """Of the metric."""
        return self.metric.unit

    @strawberry.field(description="What is wanted; null where nobody has set anything.")
    def target(self) -> float | None:
        """Of the metric."""
        return self.metric.target

    @strawberry.field(
        description="Why there is no figure, in the language of Accept-Language; null where there "
        "is one."
    )
    def unavailable(self, info: Info) -> str | None:
        """By the role, and the day."""
        gap = self.metric.gap(self.reading.view)
        return None if gap is None else _said(GAPS[gap], info)

    @strawberry.field(
        description="The figure: how many `rows` there are, of a share their part of `among`, of "
        "hours what the rows come to. Null where it is unavailable, and for a share of nothing."
    )
    async def value(self) -> float | None:
        """Read with others of the same statement."""
        measured = await self.reading.measured(self.metric)
        return measured.value if measured else None

    @strawberry.field(description="How many `rows` there are; null where there is no figure.")
    async def row_count(self) -> int | None:
        """Read with the value."""
        measured = await self.reading.measured(self.metric)
        return measured.rows if measured else None

    @strawberry.field(
        description="Of a share, how many there are `among` which these are; null for what is none."
    )
    async def among_count(self) -> int | None:
        """Read with the value."""
        measured = await self.reading.measured(self.metric)
        return measured.among if measured else None


def _pages(which: Callable[[Metric], Rows | None], pages: Any, order: Order) -> Any:
    """A connection over rows of a figure.

    Parameters:
        pages: the connection's type.
        order: the same as of the list of all such rows.
    """

    async def resolve(
        root: Any,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        metric, page = root.metric, PageArguments(first, after, last, before)
        return await root.reading.page(metric, which(metric), order, page)

    resolve.__annotations__["return"] = pages | None
    return strawberry.field(resolver=resolve)


def _rows(pages: Any, order: Order) -> Any:
    return _pages(lambda metric: metric.rows, pages, order)


def _among(pages: Any, order: Order) -> Any:
    return _pages(lambda metric: metric.among, pages, order)


_ELDERS = Connection[Elder], ascending(ElderRow.id)
_BEDS = Connection[Bed], ascending(BedRow.id)
_DUE = Connection[VisitObligation], ascending(ObligationRow.id)
_VISITS = Connection[VisitTask], ascending(VisitRow.scheduled_from, VisitRow.id)
_CREDITS = Connection[LedgerTransfer], descending(TransferRow.id)
_ALARMS = AlarmConnection, descending(AlarmRow.id)


@output
class ElderFigure(DistrictFigure):
    """A figure of elders."""

    rows: Connection[Elder] | None = _rows(*_ELDERS)
    """Those who are counted, in the order of registration; null where there is no figure."""
    among: Connection[Elder] | None = _among(*_ELDERS)
    """Of a share, all of whom they are a part; null for what is none."""


@output
class BedFigure(DistrictFigure):
    """A figure of beds."""

    rows: Connection[Bed] | None = _rows(*_BEDS)
    """Those that are counted, in the order in which they were set up; null where there is no
    figure."""
    among: Connection[Bed] | None = _among(*_BEDS)
    """Of a share, all of which they are a part; null for what is none."""


@output
class VisitObligationFigure(DistrictFigure):
    """A figure of visits that were due."""

    rows: Connection[VisitObligation] | None = _rows(*_DUE)
    """Those that are counted, the oldest first; null where there is no figure."""
    among: Connection[VisitObligation] | None = _among(*_DUE)
    """Of a share, all of which they are a part; null for what is none."""


@output
class VisitFigure(DistrictFigure):
    """A figure of visits."""

    rows: Connection[VisitTask] | None = _rows(*_VISITS)
    """Those that are counted, in the order in which they were to begin; null where there is no
    figure."""


@output
class LedgerTransferFigure(DistrictFigure):
    """A figure of what was credited."""

    rows: Connection[LedgerTransfer] | None = _rows(*_CREDITS)
    """The credits that are added up, in minutes (`amount`), newest first; null where there is no
    figure."""


@output
class AlarmFigure(DistrictFigure):
    """A figure of alarms."""

    rows: AlarmConnection | None = _rows(*_ALARMS)
    """Those that were in time, newest first; null where there is no figure."""
    among: AlarmConnection | None = _among(*_ALARMS)
    """All of which it is decided whether they were; null for what is no share."""
