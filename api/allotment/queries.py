"""Windows and applications by id and as lists."""

import strawberry

from api.allotment.types import VisitApplication
from api.allotment.windows import VisitWindow
from api.plan.criteria import equal_id, of_oneself, one_of, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.allotment import models
from domain.allotment.lifecycle import ApplicationState, WindowState


@filter_input
class VisitWindowFilter(Filter):
    """Which windows."""

    state: list[WindowState] | None = one_of(models.VisitWindow.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.VisitWindow.region_code)
    """Only those in the subtree of the division with this code."""


@filter_input
class VisitApplicationFilter(Filter):
    """Which applications."""

    state: list[ApplicationState] | None = one_of(models.VisitApplication.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.VisitApplication.region_code)
    """Only those for visits in the subtree of the division with this code."""
    visit_window: strawberry.ID | None = equal_id(models.VisitApplication.window_id, "visit_window")
    """Only those of this window."""
    visit_task: strawberry.ID | None = equal_id(models.VisitApplication.task_id, "visit_task")
    """Only those for this visit."""
    volunteer: strawberry.ID | None = equal_id(models.VisitApplication.volunteer_id, "volunteer")
    """Only this volunteer's."""
    mine: bool | None = of_oneself(models.VisitApplication.volunteer_id)
    """Only your own; if false, only those of others."""


@strawberry.type
class AllotmentQueries:
    """Root fields on windows and applications."""

    visit_window: VisitWindow | None = by_id(
        models.VisitWindow, description="A window by id; null if there is none to be seen."
    )
    visit_windows: Connection[VisitWindow] = listing(
        models.VisitWindow,
        order=descending(models.VisitWindow.id),
        filter=VisitWindowFilter,
        description="The windows that you may see, the newest first.",
    )
    visit_application: VisitApplication | None = by_id(
        models.VisitApplication,
        description="An application by id; null if there is none to be seen.",
    )
    visit_applications: Connection[VisitApplication] = listing(
        models.VisitApplication,
        order=descending(models.VisitApplication.id),
        filter=VisitApplicationFilter,
        description="The applications that you may see, the newest first.",
    )
