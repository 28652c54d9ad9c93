"""Windows in which volunteers apply for visits, as clients see them."""

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.plan.declare import ascending, computed, connection, node, one
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.allotment import models
from domain.allotment.lifecycle import WINDOW_LIFECYCLE, WindowAction, WindowState
from domain.allotment.visibility import visit_window_visible
from domain.visits.models import VisitTask as Visit

if TYPE_CHECKING:
    from api.allotment.types import VisitApplication
    from api.visits.types import VisitTask

enumeration(
    WindowState,
    "Whether applications are taken.",
    name="VisitWindowState",
    OPEN="接受申请 volunteers apply.",
    ALLOTTED="已分配 its time is over, and it is decided who gets which visit.",
    CANCELLED="已取消 the first who claims one of its visits gets it.",
)

enumeration(
    WindowAction,
    "What may become of a window.",
    name="VisitWindowAction",
    ALLOT="分配: decide; only time does.",
    CANCEL="取消: take no applications any more.",
)


def _seed(window: models.VisitWindow, context: Context) -> str | None:
    del context
    return None if window.state is WindowState.OPEN else window.seed


def _seed_digest(window: models.VisitWindow, context: Context) -> str:
    del context
    return sha256(window.seed.encode()).hexdigest()


def _actions(window: models.VisitWindow, context: Context) -> list[WindowAction]:
    may = context.actor.may(Permission.VISIT_WINDOW_KEEP)
    possible = WINDOW_LIFECYCLE.actions(window.state)
    return [action for action in possible if may and action is WindowAction.CANCEL]


@node(models.VisitWindow, visible=visit_window_visible)
class VisitWindow(Node):
    """Until when applications for some visits are taken. Then as many as can be are allotted, as
    evenly as can be: who had fewest visits in the last thirty days goes first, then who said to
    have time, who lives nearer, and at last the lot. When somebody applied counts for nothing."""

    state: WindowState
    """Whether applications are taken."""
    region: Region = one(models.VisitWindow.region_code)
    """The smallest division that all its visits lie in."""
    opened_by: Account | None = one(models.VisitWindow.opened_by)
    """Who opened it; null where you may not see the account."""
    opened_at: datetime
    """When."""
    closes_at: datetime
    """Until when applications are taken; a second or so later it is decided."""
    ended_at: datetime | None
    """When it was decided, or called off; null while it is open."""
    seed_digest: str = computed(_seed_digest, needs=[models.VisitWindow.seed])
    """The SHA-256 of `seed`, in hex: shown from the beginning, so that nobody can choose another
    afterwards."""
    seed: str | None = computed(_seed, needs=[models.VisitWindow.seed, models.VisitWindow.state])
    """What the lots come from, 32 hex digits; null while it is open. A lot is the first 31 bits of
    the SHA-256 of `seed/visit/volunteer`, these two by the 32 hex digits of their ids; the smaller
    comes first."""
    visits: Connection[Annotated["VisitTask", strawberry.lazy("api.visits.types")]] = connection(
        Visit.window_id, order=ascending(Visit.scheduled_from, Visit.id)
    )
    """Its visits, as far as you may see them, in the order in which they are to begin."""
    applications: Connection[
        Annotated["VisitApplication", strawberry.lazy("api.allotment.types")]
    ] = connection(models.VisitApplication.window_id, order=ascending(models.VisitApplication.id))
    """Who applied for them, as far as you may see it: a volunteer sees their own."""
    available_actions: list[WindowAction] = computed(_actions, needs=[models.VisitWindow.state])
    """What you may do with it now."""
