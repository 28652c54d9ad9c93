"""An export: asked for, written piece by piece by a worker, kept for a while."""

from datetime import timedelta
from enum import StrEnum

from domain.lifecycle import Lifecycle


class ExportState(StrEnum):
    """Where an export has got to."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class ExportAction(StrEnum):
    """What may happen to an export; its owner cancels, a worker does the rest."""

    RUN = "RUN"
    FINISH = "FINISH"
    FAIL = "FAIL"
    CANCEL = "CANCEL"
    EXPIRE = "EXPIRE"


EXPORT_LIFECYCLE = Lifecycle(
    {
        (ExportState.WAITING, ExportAction.RUN): ExportState.RUNNING,
        (ExportState.WAITING, ExportAction.FAIL): ExportState.FAILED,
        (ExportState.WAITING, ExportAction.CANCEL): ExportState.CANCELLED,
        (ExportState.RUNNING, ExportAction.FINISH): ExportState.DONE,
        (ExportState.RUNNING, ExportAction.FAIL): ExportState.FAILED,
        (ExportState.RUNNING, ExportAction.CANCEL): ExportState.CANCELLED,
        (ExportState.DONE, ExportAction.CANCEL): ExportState.CANCELLED,
        (ExportState.DONE, ExportAction.EXPIRE): ExportState.EXPIRED,
    }
)

UNFINISHED = (ExportState.WAITING, ExportState.RUNNING)
"""A worker is at it, or will be."""

ENDED = (ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED)
"""There is no file (any more), and never will be."""

KEPT = timedelta(days=7)
"""How long a finished file may be fetched."""
