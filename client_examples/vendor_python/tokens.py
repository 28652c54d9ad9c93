"""Where tokens come from: asked for by the client itself, or pasted by somebody."""

import json
import os
import time
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

import httpx

from .failures import Refused, Unavailable, asks_for_patience, retry_after

TOKEN_VARIABLE = "YIYANG_TOKEN"
RENEWED_AFTER = 0.8
"""Of a token's life: what is asked with it must not meet its end."""


class Tokens(Protocol):
    """Gives the token of the moment, so that it may be renewed while we run."""

    async def current(self) -> str:
        """A token. Raises: Refused, Unavailable."""
        ...

    def is_renewed_after_refusal(self) -> bool:
        """The server has refused the last one: whether the next one is another."""
        ...


class PastedToken:
    """A token in a file, read again for each question, or in the environment.

    Parameters:
        file: None for the environment.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    async def current(self) -> str:
        """As it is there now. Raises: Refused where there is none."""
        text = _read(self._file, "token") if self._file else os.environ.get(TOKEN_VARIABLE, "")
        token = text.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Refused(f"there is no token in {self._file or TOKEN_VARIABLE}")
        return token

    def is_renewed_after_refusal(self) -> bool:
        """Only a person can help."""
        return False


class ClientCredentials:
    """Tokens that a client asks for itself (OAuth 2.0, RFC 6749, 4.4).

    Parameters:
        url: of the GraphQL endpoint, whose neighbour gives tokens.
        file: with ``client_id`` and ``client_secret`` in JSON, as the operator handed them over. It
            is read each time, so that a new secret needs no restart.
    """

    def __init__(self, http: httpx.AsyncClient, url: str, file: Path) -> None:
        self._http = http
        self._url = urljoin(url, "/oauth/token")
        self._file = file
        self._token: str | None = None
        self._renewed_at = 0.0

    async def current(self) -> str:
        """The last one, or a new one before it ends. Raises: Refused, Unavailable."""
        if self._token is None or time.monotonic() >= self._renewed_at:
            given = await self._ask()
            self._token = str(given["access_token"])
            self._renewed_at = time.monotonic() + RENEWED_AFTER * float(given["expires_in"])
        return self._token

    def is_renewed_after_refusal(self) -> bool:
        """It may have been revoked: the next one is a new one."""
        self._token = None
        return True

    async def _ask(self) -> dict[str, Any]:
        form = {"grant_type": "client_credentials"}
        try:
            response = await self._http.post(self._url, data=form, auth=self._credentials())
        except httpx.RequestError as error:
            raise Unavailable(f"no answer ({type(error).__name__})") from error
        if asks_for_patience(response.status_code):
            raise Unavailable(f"no token ({response.status_code})", retry_after(response))
        try:
            answer = response.json()
            if response.status_code == 200 and float(answer["expires_in"]) > 0:
                return answer
            reason = answer["error"]
        except (ValueError, KeyError, TypeError):
            reason = response.status_code
        raise Refused(f"the server gives this client no token ({reason})")

    def _credentials(self) -> httpx.BasicAuth:
        try:
            known = json.loads(_read(self._file, "client"))
            return httpx.BasicAuth(str(known["client_id"]), str(known["client_secret"]))
        except (ValueError, KeyError, TypeError) as error:
            reason = f"there is no client_id with client_secret in {self._file}"
            raise Refused(reason) from error


def _read(file: Path, what: str) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"the {what} cannot be read: {error}") from error
