"""A request to an endpoint of the authorization server, as far as it can be read without a look at
the database."""

import json
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from starlette.requests import Request

from api.auth.answers import form_of
from api.refusals import Refusal
from api.requests import BadRequest

_BASIC = re.compile(r"(?i:basic) +([A-Za-z0-9+/]+=*)")
"""RFC 7617; how much ``=`` there must be base64 says."""


class Malformed(Exception):
    """What RFC 6749 calls ``invalid_request``; its text says why, in ASCII.

    Parameters:
        status: over HTTP.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A form, and who claims to have sent it.

    Parameters:
        authorization: the header as it came; None where it names no client.
        claimed: the client id that the credentials name; None for none.
    """

    form: Mapping[str, str]
    authorization: str | None
    claimed: str | None

    @property
    def claimed_id(self) -> UUID | None:
        """The same as a key; None for what is none of ours."""
        try:
            return UUID(self.claimed or "")
        except ValueError:
            return None


async def asked_by(request: Request) -> Asked:
    """The request, read. Raises: Malformed, Gone."""
    try:
        form = await form_of(request)
    except Refusal as refusal:
        raise Malformed(f"{refusal.facts['reason']}", refusal.status) from refusal
    except BadRequest as error:
        raise Malformed(str(error)) from error
    authorization = request.headers.get("authorization")
    claimed = _claimed(form, authorization)
    # Authlib stumbles over one that cannot be read.
    return Asked(form, None if claimed is None else authorization, claimed)


def _claimed(form: Mapping[str, str], authorization: str | None) -> str | None:
    """The client id in the one set of credentials. Raises: Malformed for several."""
    by_assertion = "client_assertion" in form or "client_assertion_type" in form
    ways = (authorization is not None, "client_secret" in form, by_assertion)
    if sum(ways) > 1:
        raise Malformed("there are several ways to prove who the client is, and one may be used")
    if authorization is not None:
        named = _of_basic(authorization)
    elif by_assertion:
        named = _of_assertion(form.get("client_assertion", ""))
    else:
        named = form.get("client_id")
    if form.get("client_id", named) != named:
        raise Malformed("client_id differs from the one in the credentials")
    return named


def _of_basic(authorization: str) -> str | None:
    found = _BASIC.fullmatch(authorization)
    if found is None:
        return None
    try:
        return b64decode(found[1], validate=True).decode().partition(":")[0]
    except ValueError:
        return None


def _of_assertion(assertion: str) -> str | None:
    """What an assertion says before anything of it is believed: whose keys to try."""
    try:
        (_, payload, _) = assertion.split(".")
        claims: Any = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    subject = cast(dict[str, Any], claims).get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None
