"""Exports as their owners see them."""

from datetime import datetime

from api.context import Context
from api.describe import enumeration
from api.plan.declare import computed, node
from api.relay import Node
from domain.exports import models
from domain.exports.lifecycle import ExportState
from domain.exports.visibility import export_visible
from domain.ids import public_id

FILES = "/exports"
"""The path below which files are fetched."""

enumeration(
    ExportState,
    "Where an export has got to.",
    WAITING="等待 no worker has begun yet.",
    RUNNING="导出中 being written.",
    DONE="完成 its file may be fetched until `expiresAt`.",
    FAILED="失败 there is no file; `failure` says why.",
    CANCELLED="已取消 given up by its owner; there is no file.",
    EXPIRED="已过期 its time is over, and its file is gone.",
)

enumeration(
    models.ExportFailure,
    "Why an export has no file.",
    RIGHTS_WITHDRAWN="The role or the region that it was asked with is no longer yours.",
    TOO_LARGE="The file would be larger than 1 GiB: narrow the list, or ask for less of each row.",
    QUERY_REFUSED="Its query is no longer answered; the schema may have changed since.",
    INTERNAL="A fault of ours.",
)


def _progress(export: models.Export, _: Context) -> float:
    if export.state not in (ExportState.WAITING, ExportState.RUNNING):
        return 1.0
    # Rows may come and go meanwhile, and it isn't done before it is done.
    return min(export.row_count / max(export.expected_rows, 1), 0.99)


def _url(export: models.Export, context: Context) -> str | None:
    if export.state is not ExportState.DONE or export.expires_at is None:
        return None
    fetchable = export.expires_at > context.now
    return f"{FILES}/{public_id('export', export.id)}" if fetchable else None


def _masked(export: models.Export, _: Context) -> list[str]:
    return [name for name in export.masked.split(",") if name]


@node(models.Export, visible=export_visible)
class Export(Node):
    """A list as a file: asked for by `exportStart`, written by a worker, kept for seven days."""

    list_name: str
    """The list's field of Query, for example `elders`."""
    state: ExportState
    """Where it has got to."""
    progress: float = computed(
        _progress,
        needs=[models.Export.state, models.Export.row_count, models.Export.expected_rows],
    )
    """How much has been written, 0 to 1; 1 for whatever has ended."""
    row_count: int
    """Rows written so far: lines of the file."""
    expected_rows: int
    """Rows that the list had when it was asked for."""
    byte_count: int
    """Size of what has been written so far."""
    created_at: datetime
    """When it was asked for."""
    started_at: datetime | None
    """When a worker began."""
    finished_at: datetime | None
    """When it was done, or had failed."""
    expires_at: datetime | None
    """Until when the file may be fetched; null before it is done."""
    url: str | None = computed(
        _url, needs=[models.Export.id, models.Export.state, models.Export.expires_at]
    )
    """Where to fetch the file, by GET with your bearer token: an address relative to this server.
    One line of JSON a row (`application/jsonl`); ranges and resuming are understood. Null where
    there is no file (yet, or any more)."""
    failure: models.ExportFailure | None
    """Why there is no file; null where it has not failed."""
    masked_fields: list[str] = computed(_masked, needs=[models.Export.masked])
    """Fields that are null in every line because your role may not read them, for example
    `contacts.phone`."""
