"""What HTTP and WebSocket share: a body becomes a request, a token becomes a context."""

import secrets
from dataclasses import dataclass
from typing import Any, cast

from api.auth.tokens import Grant, InvalidToken, TokenKey
from api.context import Context
from api.feed import Feed
from api.texts import Language, error_text
from domain.crypto import Vault
from domain.database import Database

MAX_DOCUMENT = 16_384
"""Characters of a document: the caches keep a thousand of them."""


class BadRequest(Exception):
    """A request that is no GraphQL request; its text says why."""


@dataclass(frozen=True)
class Request:
    """A GraphQL request, whatever brought it.

    Parameters:
        explain: the client asks how its operation was executed.
    """

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    explain: bool = False

    @classmethod
    def of(cls, body: Any) -> "Request":
        """A request from decoded JSON.

        Raises: BadRequest.
        """
        if not isinstance(body, dict):
            raise BadRequest("the body must be a JSON object")
        fields: dict[str, Any] = {str(key): value for key, value in body.items()}  # pyright: ignore
        query, variables = fields.get("query"), fields.get("variables")
        name = fields.get("operationName")
        if not isinstance(query, str):
            raise BadRequest("query must be a string")
        if len(query) > MAX_DOCUMENT:
            raise BadRequest(f"query must have at most {MAX_DOCUMENT} characters")
        if variables is not None and not isinstance(variables, dict):
            raise BadRequest("variables must be an object")
        if name is not None and not isinstance(name, str):
            raise BadRequest("operationName must be a string")
        return cls(query, variables, name, _explain(fields.get("extensions")))  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True)
class Gate:
    """Makes a context for each operation of someone who has shown a token."""

    database: Database
    feed: Feed
    token_key: TokenKey
    vault: Vault
    planned: bool = True
    """Whether plans answer operations where they can."""

    def admit(self, token: str | None) -> Grant:
        """What the token says.

        Raises: InvalidToken, also where there is none.
        """
        if token is None:
            raise InvalidToken
        return self.token_key.verify(token)

    def context(self, grant: Grant, language: Language) -> Context:
        """A fresh context for one operation."""
        return Context(
            database=self.database,
            actor=grant.actor,
            language=language,
            request_id=secrets.token_hex(8),
            feed=self.feed,
            vault=self.vault,
        )


def refusal(code: str, language: Language, **facts: Any) -> dict[str, Any]:
    """A response for a request that was not even tried."""
    message = error_text(code, facts, language)
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _explain(extensions: Any) -> bool:
    # What we do not know, there or in any shape, is another server's and no fault.
    return isinstance(extensions, dict) and cast(Any, extensions).get("explain") is True
