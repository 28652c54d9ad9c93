"""What one look at the cockpit reads: each statement at most once, and only what is asked for."""

from api.context import Context
from api.plan.loaders import SharedLoader
from api.plan.shapes import Order, row_type_of_table
from api.relay import Page, PageArguments
from domain.dashboard.lists import Rows
from domain.dashboard.metrics import Found, Measured, Metric, Read
from domain.dashboard.view import View


class Reading:
    """Reads figures and the rows behind them.

    Parameters:
        view: of whom, where and when.
    """

    def __init__(self, context: Context, view: View) -> None:
        self.view = view
        self._context = context
        # Figures of one statement wait for the same read.
        self._reads = SharedLoader(load_fn=self._read)

    async def _read(self, reads: list[Read]) -> list[Found]:
        return [await read(self._context.database, self.view) for read in reads]

    async def measured(self, metric: Metric) -> Measured | None:
        """A figure; None where there is none for this view."""
        if metric.gap(self.view) is not None:
            return None
        found: Found = await self._reads.load(metric.read)
        return found[metric.key]

    async def page(
        self, metric: Metric, rows: Rows | None, order: Order, arguments: PageArguments
    ) -> Page | None:
        """A page of the rows behind a figure; None where there is no figure."""
        if rows is None or metric.gap(self.view) is not None:
            return None
        row_type = row_type_of_table(rows.model.__table__)
        conditions = list(rows.of(self.view))
        return await self._context.loaders.page(row_type, order, arguments, conditions)
