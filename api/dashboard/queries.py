"""The cockpit: one field for each figure, each read only where it is asked for."""

from datetime import date
from typing import Annotated, Any

import strawberry

from api.context import Info
from api.dashboard.figures import (
    AlarmFigure,
    BedFigure,
    DistrictFigure,
    ElderFigure,
    LedgerTransferFigure,
    VisitFigure,
    VisitObligationFigure,
)
from api.dashboard.reading import Reading
from api.describe import output
from api.plan.shapes import row_type_of
from api.prices import FIGURE, priced
from api.regions.types import Region
from domain.dashboard.metrics import METRICS, Key
from domain.dashboard.view import opened


def _figure(key: Key, kind: type[DistrictFigure]) -> Any:
    """The field of a figure.

    Parameters:
        kind: its type, by what its rows are.
    """

    def resolve(root: Any) -> Any:
        return kind(metric=METRICS[key], reading=root.reading)

    resolve.__annotations__["return"] = kind
    return strawberry.field(resolver=resolve, metadata=priced(FIGURE))


@output
class DistrictDashboard:
    """The cockpit of a region on a day: each figure with what it counts and the rows behind it.
    Only what is asked for is read."""

    reading: strawberry.Private[Reading]
    as_of: date
    """The day at whose end it was so."""
    month: date
    """The first day of its month, which visits, hours and alarms are counted of."""
    elders: ElderFigure = _figure(Key.ELDERS, ElderFigure)
    """登记老人: who is in the register."""
    key_elders: ElderFigure = _figure(Key.KEY_ELDERS, ElderFigure)
    """重点老人: whom the district counts as key elders."""
    protected: ElderFigure = _figure(Key.PROTECTED, ElderFigure)
    """设备守护率: whose devices work now."""
    visit_coverage: VisitObligationFigure = _figure(Key.VISIT_COVERAGE, VisitObligationFigure)
    """探访覆盖率: which of the key elders were visited in the month, as `visitCoverage` counts."""
    visits: VisitFigure = _figure(Key.VISITS, VisitFigure)
    """探访次数: how often somebody was visited in the month."""
    hours: LedgerTransferFigure = _figure(Key.HOURS, LedgerTransferFigure)
    """志愿服务时长: what volunteers were credited in the month."""
    occupancy: BedFigure = _figure(Key.OCCUPANCY, BedFigure)
    """机构床位入住率: in which beds of institutions somebody lives, as `bedFigures` counts."""
    home_occupancy: BedFigure = _figure(Key.HOME_OCCUPANCY, BedFigure)
    """家庭养老床位使用率: which home care beds are in use."""
    nursing_ratio: BedFigure = _figure(Key.NURSING_RATIO, BedFigure)
    """护理型床位占比: which beds of institutions are for nursing."""
    answered_in60: AlarmFigure = _figure(Key.ANSWERED_IN_60, AlarmFigure)
    """60秒内应答率: which of the month's alarms were answered within 60 seconds, as `answerTimes`
    counts."""
    answered_in180: AlarmFigure = _figure(Key.ANSWERED_IN_180, AlarmFigure)
    """180秒内应答率: the same within 180 seconds."""
    arrived_in_time: AlarmFigure = _figure(Key.ARRIVED_IN_TIME, AlarmFigure)
    """15分钟内到场率: to which of them somebody who was sent came within 15 minutes."""

    @strawberry.field(description="The region.")
    async def region(self, info: Info) -> Region:
        """By its code."""
        code = self.reading.view.region
        return await info.context.loaders.by_key(row_type_of(Region)).load(code)


@strawberry.type
class DashboardQueries:
    """The cockpit's root field."""

    @strawberry.field(
        description="The cockpit: a region's figures on a day, each with its definition and the "
        "rows behind it. For officials, auditors, desks and stations of all of the region, and "
        "administrators; where a role does not see the rows there is no figure. What is said of a "
        "day that is over stays, but where a definition says otherwise."
    )
    async def district_dashboard(
        self,
        info: Info,
        region: Annotated[
            str, strawberry.argument(description="The code of the division whose subtree counts.")
        ],
        as_of: Annotated[
            date | None,
            strawberry.argument(
                description="The day, by the district's clock, no later than today; today if null."
            ),
        ] = None,
    ) -> DistrictDashboard:
        """Nothing is counted yet."""
        context = info.context
        view = await opened(context.database, context.actor, region, as_of)
        reading = Reading(context, view)
        return DistrictDashboard(reading=reading, as_of=view.as_of, month=view.month.month)
