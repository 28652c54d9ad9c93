"""``GET /calendar/{token}.ics``: a calendar, for apps that know its address and nothing else."""

import hashlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.calendars.icalendar import Event, calendar
from api.texts import Language, preferred
from domain.calendar import now
from domain.calendars.entries import Entry, calendar_of
from domain.database import Database
from domain.visits.models import VisitKind

_NAME = ("我的探访与值班", "我的探訪與值班", "My visits and shifts")
_ON_CALL = ("值班", "值班", "On call")
_KINDS = {
    VisitKind.HOME: ("上门探访", "到府探訪", "Visit at home"),
    VisitKind.PHONE: ("电话探访", "電話探訪", "Visit by phone"),
    VisitKind.VIDEO: ("视频探访", "視訊探訪", "Visit by video"),
}
"""In the order of ``Language``."""

_HEADERS = {
    # Asked for anew each time, so that an address that was revoked shows nothing any more.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Calendars:
    """Answers each request for a calendar."""

    database: Database

    async def answer(self, request: Request) -> Response:
        """GET or HEAD; 404 for an address that leads nowhere, whether or not it ever did."""
        entries = await calendar_of(self.database, request.path_params["token"], now())
        if entries is None:
            return PlainTextResponse("not found", 404, headers=_HEADERS)
        language = preferred(request.headers.get("accept-language"))
        body = _calendar(entries, language).encode()
        headers = {
            **_HEADERS,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            "Vary": "Accept-Language",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        # Starlette leaves the body away for HEAD.
        return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def _calendar(entries: list[Entry], language: Language) -> str:
    place = list(Language).index(language)
    return calendar(_NAME[place], [_event(entry, place) for entry in entries])


def _event(entry: Entry, place: int) -> Event:
    words = _ON_CALL if entry.kind is None else _KINDS[entry.kind]
    return Event(
        uid=f"{entry.id}@yiyang",
        summary=words[place],
        location=entry.region,
        since=entry.since,
        until=entry.until,
        changed_at=entry.changed_at,
        sequence=entry.sequence,
        cancelled=entry.cancelled,
    )
