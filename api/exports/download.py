"""``GET /exports/{id}``: an export's file, whole or in part, for its owner alone.

It is read and opened piece by piece while it is sent: memory holds one piece, and no connection to
the database waits for a slow client.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from email.utils import format_datetime
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.auth.tokens import InvalidToken, bearer
from api.connections import MAX_A_CLIENT, Connections, TooMany
from api.exports.ranges import Changed, NotSatisfiable, Span, Unchanged, Validators, span_of
from api.refusals import TRY_LATER, Refusal, new_request_id
from api.requests import Gate, address_of
from api.texts import preferred
from domain.access import Actor
from domain.audit.service import Act, Source, record_alone
from domain.calendar import district_day, now
from domain.exports.file import owned, part_at
from domain.exports.lifecycle import UNFINISHED, ExportState
from domain.exports.models import Export
from domain.ids import parse_public_id

PRIVATE = {
    # Lines about people: no cache keeps them, whoever runs it.
    "Cache-Control": "private, no-store",
    "Vary": "Authorization",
    "X-Content-Type-Options": "nosniff",
}
_MEDIA_TYPE = "application/jsonl"


class CutOff(Exception):
    """The file is no longer its owner's to have: the transfer ends before its length."""


class Transfer(Response):
    """A file on its way: one more connection of its client's, for as long as it takes.

    Parameters:
        file: what is sent if the client may have one more.
    """

    def __init__(self, file: Response, client: UUID, connections: Connections) -> None:
        super().__init__(status_code=file.status_code)
        self._file, self._client, self._connections = file, client, connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            self._connections.hold(self._client)
        except TooMany:
            many = refused(Request(scope), TRY_LATER, "TOO_MANY_CONNECTIONS", most=MAX_A_CLIENT)
            await many(scope, receive, send)
            return
        try:
            await self._file(scope, receive, send)
        finally:
            self._connections.let_go(self._client)


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
        try:
            actor = self.gate.admit(bearer(request.headers.get("authorization"))).actor
        except InvalidToken:
            return refused(request, 401, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
        parsed = parse_public_id(request.path_params["id"])
        export = None
        if parsed is not None and parsed[0] == "export":
            export = await owned(self.gate.database, actor, parsed[1])
        if export is None:
            return refused(request, 404, "NOT_FOUND")
        if export.state in UNFINISHED:
            return refused(request, 409, "EXPORT_NOT_READY")
        if export.state is not ExportState.DONE or _is_over(export):
            return refused(request, 410, "EXPORT_GONE")
        file = self._file(request, actor, export)
        if isinstance(file, Transfer):
            await self._note(request, actor, export)
        return file

    async def _note(self, request: Request, actor: Actor, export: Export) -> None:
        """Have it in the audit trail before the first byte leaves."""
        act = Act("export_download", "export", export.id, fields=[export.list_name])
        source = Source(new_request_id(), address_of(request.scope))
        await record_alone(self.gate.database, actor, source, [act])

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
        content = self._bytes(actor, export.id, span)
        file = StreamingResponse(content, status, headers, media_type=_MEDIA_TYPE)
        return Transfer(file, actor.id, self.connections)

    async def _bytes(
        self, actor: Actor, export_id: UUID, span: Span
    ) -> AsyncGenerator[bytes, None]:
        """Raises: CutOff once the actor may have no more of it."""
        offset = span.start
        while offset < span.stop:
            part = await part_at(self.gate.database, self.gate.vault, actor, export_id, offset)
            if part is None:
                raise CutOff
            content = part.content[offset - part.starts_at : span.stop - part.starts_at]
            yield content
            offset += len(content)


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


def refused(
    request: Request, status: int, code: str, headers: dict[str, str] | None = None, **facts: int
) -> Response:
    """Why somebody is not given a file, in their language."""
    language = preferred(request.headers.get("accept-language"))
    body = Refusal(code, status, **facts).body(language, new_request_id())
    return Response(
        orjson.dumps(body), status, {**PRIVATE, **(headers or {})}, media_type="application/json"
    )
