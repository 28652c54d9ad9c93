"""Static pages: GraphiQL and the client examples."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HEADERS = {
    # After an upgrade a phone must never mix old modules with new ones; ETags keep it cheap.
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    # What a page's own <meta> policy cannot say.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Pages(StaticFiles):
    """A folder of pages, with the headers that pages which hold a token need.

    Parameters:
        folder: with an ``index.html``.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or Starlette's 404."""
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response
