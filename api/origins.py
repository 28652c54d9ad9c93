"""Which pages of other sites may ask: those of ``YIYANG_ORIGINS``, wherever an origin counts."""

from collections.abc import Iterable

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

_READ = ("ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id", "X-Server-Time")
_SENT = ("Authorization", "Content-Type", "If-None-Match", "Last-Event-ID", "Range")
_SECONDS = 600
"""For which a browser asks no second time whether it may ask."""


def normal(origins: Iterable[str]) -> frozenset[str]:
    """Origins as browsers write them: ``https://desk.example``."""
    return frozenset(origin.lower().rstrip("/") for origin in origins)


def shared_with(origins: Iterable[str], app: ASGIApp) -> ASGIApp:
    """The application, whose answers pages of these origins may read (CORS).

    No cookie of ours says who asks, so a page that is let in can do no more than its token. Where
    there are no such origins nothing is added: an answer takes no longer.
    """
    known = normal(origins)
    if not known:
        return app
    return CORSMiddleware(
        app,
        allow_origins=known,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=_SENT,
        expose_headers=_READ,
        max_age=_SECONDS,
    )
