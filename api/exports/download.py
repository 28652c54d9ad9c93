"""``GET /exports/{id}``: an export's file, whole or in part, for its owner alone."""

from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.connections import Connections
from api.downloads import PRIVATE, Transfer, asked_for, noted, refused, sent
from api.exports.ranges import Changed, NotSatisfiable, Span, Unchanged, Validators, span_of
from api.requests import Gate
from domain.access import Actor
from domain.audit.service import Act
from domain.calendar import district_day, now
from domain.exports.file import owned, part_at
from domain.exports.lifecycle import UNFINISHED, ExportState
from domain.exports.models import Export

_MEDIA_TYPE = "application/jsonl"


@dataclass(frozen=True)
class Downloads:
    """Answers each request for a file.

    Parameters:
        connections: of which a file that is sent is one.
    """

    gate: Gate
    connections: Connections

    async def answer(self, request: Request) -> Response:
        """GET or HEAD."""
        asked = await asked_for(self.gate, request, "export", partial(owned, self.gate.database))
        if isinstance(asked, Response):
            return asked
        actor, export = asked
        if export.state in UNFINISHED:
            return refused(request, 409, "EXPORT_NOT_READY")
        if export.state is not ExportState.DONE or _is_over(export):
            return refused(request, 410, "EXPORT_GONE")
        file = self._file(request, actor, export)
        if isinstance(file, Transfer):
            act = Act("export_download", Export.__tablename__, export.id, fields=[export.list_name])
            await noted(self.gate, request, actor, act)
        return file

    def _file(self, request: Request, actor: Actor, export: Export) -> Response:
        validators = _validators(export)
        headers = {**PRIVATE, **_described(export), "Accept-Ranges": "bytes"}
        headers |= {"ETag": validators.etag, "Last-Modified": validators.modified}
        try:
            validators.check(request.headers)
            span = Span(0, export.byte_count)
            if request.method == "GET":
                span = span_of(request.headers, export.byte_count, validators)
        except Unchanged:
            return Response(status_code=304, headers=headers)
        except Changed:
            return refused(request, 412, "EXPORT_CHANGED")
        except NotSatisfiable:
            size = {"Content-Range": f"bytes */{export.byte_count}"}
            return refused(request, 416, "RANGE_NOT_SATISFIABLE", size)
        headers["Content-Length"] = str(len(span))
        if span.partial:
            headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{export.byte_count}"
        status = 206 if span.partial else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=_MEDIA_TYPE)
        part = partial(part_at, self.gate.database, self.gate.vault, actor, export.id)
        content = sent(part, span.start, span.stop)
        file = StreamingResponse(content, status, headers, media_type=_MEDIA_TYPE)
        return Transfer(file, actor.id, self.connections)


def _is_over(export: Export) -> bool:
    return export.expires_at is None or export.expires_at <= now()


def _validators(export: Export) -> Validators:
    """A file never changes, so its export's key says it all."""
    assert export.finished_at is not None
    return Validators(f'"{export.id.hex}"', format_datetime(export.finished_at, usegmt=True))


def _described(export: Export) -> dict[str, str]:
    """A name of letters, digits and hyphens, whatever the list: ``elders-2026-01-31.jsonl``."""
    day = district_day(export.created_at)
    name = f"{export.list_name}-{day.isoformat()}.jsonl"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
