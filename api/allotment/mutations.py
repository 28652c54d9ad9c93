"""Windows are opened and called off; volunteers apply."""

from datetime import datetime

import strawberry

from api.allotment.types import VisitApplication
from api.allotment.windows import VisitWindow
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.allotment import service


@mutation_input
class VisitWindowOpenInput(MutationInput):
    """For which visits applications are taken, and until when."""

    visits: list[strawberry.ID]
    """Open visits for which nobody applies yet, 1 to 100."""
    closes_at: datetime
    """A moment to come, before any of the visits, at most 31 days ahead."""


@mutation_input
class VisitWindowCancelInput(MutationInput):
    """Which window is called off."""

    id: strawberry.ID
    """The window."""


@mutation_input
class VisitApplyInput(MutationInput):
    """For which visit you apply."""

    visit: strawberry.ID
    """The visit, of an open window."""


@mutation_input
class VisitApplyWithdrawInput(MutationInput):
    """Which application is taken back."""

    id: strawberry.ID
    """The application."""


@mutation_payload
class VisitWindowOpenPayload(MutationPayload):
    """The new window."""

    visit_window: VisitWindow | None
    """The window; null if there is none to be seen."""


@mutation_payload
class VisitWindowCancelPayload(MutationPayload):
    """The window that was called off."""

    visit_window: VisitWindow | None
    """The window; null if there is none to be seen."""


@mutation_payload
class VisitApplyPayload(MutationPayload):
    """The application."""

    visit_application: VisitApplication | None
    """It; null if there is none to be seen."""


@mutation_payload
class VisitApplyWithdrawPayload(MutationPayload):
    """The application that was taken back."""

    visit_application: VisitApplication | None
    """It; null if there is none to be seen."""


@strawberry.type
class AllotmentMutations:
    """Root fields that change windows and applications."""

    visit_window_open = mutation(
        VisitWindowOpenPayload,
        "Take applications for some open visits until a moment; they are allotted fairly then, and "
        "the first who claims one that is left over gets it.",
        node=VisitWindow,
        asks=Permission.VISIT_WINDOW_KEEP,
        given=VisitWindowOpenInput,
        which="For which visits, and until when.",
        verb=lambda change, given: service.open_window(
            change.session,
            change.actor,
            [key_of(one, "visit_task", "visits") for one in given.visits],
            given.closes_at,
        ),
    )

    # OPEN -> CANCELLED.
    visit_window_cancel = mutation(
        VisitWindowCancelPayload,
        "Call a window off: the first who claims one of its visits gets it.",
        node=VisitWindow,
        asks=Permission.VISIT_WINDOW_KEEP,
        given=VisitWindowCancelInput,
        which="Which.",
        verb=lambda change, _: service.cancel_window(change.session, change.actor, change.key),
    )

    # A new one, or WITHDRAWN -> APPLIED.
    visit_apply = mutation(
        VisitApplyPayload,
        "Apply for a visit while its window is open; when you do counts for nothing.",
        node=VisitApplication,
        asks=Permission.VISIT_APPLY,
        given=VisitApplyInput,
        which="For which.",
        verb=lambda change, given: service.apply(
            change.session, change.actor, key_of(given.visit, "visit_task", "visit")
        ),
    )

    # APPLIED -> WITHDRAWN.
    visit_apply_withdraw = mutation(
        VisitApplyWithdrawPayload,
        "Take your application back while the window is open.",
        node=VisitApplication,
        asks=Permission.VISIT_APPLY,
        given=VisitApplyWithdrawInput,
        which="Which.",
        verb=lambda change, _: service.withdraw(change.session, change.actor, change.key),
    )
