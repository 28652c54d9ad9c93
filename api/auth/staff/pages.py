"""What a browser is shown, and where it is sent, on the way through a sign-in."""

from html import escape
from urllib.parse import urljoin, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.auth.answers import PRIVATE
from api.origins import normal
from api.refusals import Refusal
from api.texts import error_text, preferred

_HEADERS = {
    **PRIVATE,
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Vary": "Accept-Language",
}
_MOST_CHARACTERS = 2000

_PAGE = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{text}</title>
<h1>{text}</h1>
"""


def refusal_page(request: Request, refusal: Refusal) -> Response:
    """A refusal in the words of whoever looks at it."""
    language = preferred(request.headers.get("accept-language"))
    text = error_text(refusal.code, refusal.facts, language)
    headers = dict(_HEADERS)
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    page = _PAGE.format(language=language.value, text=escape(text))
    return HTMLResponse(page, refusal.status, headers)


def sent_to(address: str) -> Response:
    """A browser goes on elsewhere, and nobody keeps where."""
    return RedirectResponse(address, 303, _HEADERS)


class OwnPages:
    """The pages that a sign-in may end at: ours, and those of origins that we know.

    Parameters:
        address: where browsers find this API.
        origins: of pages of other sites, such as ``https://desk.example``.
    """

    def __init__(self, address: str, origins: tuple[str, ...]) -> None:
        self._base = _origin(address)
        self._origins = {self._base, *normal(origins)}

    def whole(self, given: str) -> str | None:
        """The whole address of a page that is given so; None for one that is not ours.

        Browsers read addresses more kindly than any standard does, so what is made of the text
        here is what they are sent to, and what they might read otherwise is refused.
        """
        odd = any(sign <= " " or sign >= "\x7f" or sign in "\\#" for sign in given)
        if odd or len(given) > _MOST_CHARACTERS:
            return None
        try:
            address = urljoin(f"{self._base}/", given)
            known = _origin(address) in self._origins
        except ValueError:
            return None
        return address if known else None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
