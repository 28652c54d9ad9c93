"""A window in which volunteers apply for visits, their applications, and what decides."""

from enum import StrEnum

from domain.lifecycle import Lifecycle


class WindowState(StrEnum):
    """Whether applications are taken."""

    OPEN = "OPEN"
    ALLOTTED = "ALLOTTED"
    CANCELLED = "CANCELLED"


class WindowAction(StrEnum):
    """What may become of a window; time allots."""

    ALLOT = "ALLOT"
    CANCEL = "CANCEL"


class ApplicationState(StrEnum):
    """What has become of an application."""

    APPLIED = "APPLIED"
    ALLOTTED = "ALLOTTED"
    NOT_ALLOTTED = "NOT_ALLOTTED"
    WITHDRAWN = "WITHDRAWN"


class ApplicationAction(StrEnum):
    """What may befall an application."""

    APPLY = "APPLY"
    WITHDRAW = "WITHDRAW"
    ALLOT = "ALLOT"
    PASS_OVER = "PASS_OVER"


class Because(StrEnum):
    """Why somebody got a visit, or did not."""

    ALONE = "ALONE"
    FEWER_VISITS = "FEWER_VISITS"
    HAS_TIME = "HAS_TIME"
    NEARER = "NEARER"
    DRAWN = "DRAWN"
    TOGETHER = "TOGETHER"
    OTHER_VISIT = "OTHER_VISIT"
    NOT_FIT = "NOT_FIT"
    VISIT_GONE = "VISIT_GONE"
    WINDOW_CANCELLED = "WINDOW_CANCELLED"


WINDOW_LIFECYCLE = Lifecycle(
    {
        (WindowState.OPEN, WindowAction.ALLOT): WindowState.ALLOTTED,
        (WindowState.OPEN, WindowAction.CANCEL): WindowState.CANCELLED,
    }
)

APPLICATION_LIFECYCLE = Lifecycle(
    {
        (ApplicationState.APPLIED, ApplicationAction.WITHDRAW): ApplicationState.WITHDRAWN,
        (ApplicationState.APPLIED, ApplicationAction.ALLOT): ApplicationState.ALLOTTED,
        (ApplicationState.APPLIED, ApplicationAction.PASS_OVER): ApplicationState.NOT_ALLOTTED,
        (ApplicationState.WITHDRAWN, ApplicationAction.APPLY): ApplicationState.APPLIED,
    }
)
