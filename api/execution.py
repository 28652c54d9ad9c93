"""What HTTP and WebSocket share: a token becomes a context, a result becomes a response."""

import secrets
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from api.auth.tokens import Grant, InvalidToken, TokenKey
from api.context import Context
from api.errors import formatted
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
    """A GraphQL request, whatever brought it."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None

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
        return cls(query, variables, name)  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True)
class Gate:
    """Makes a context for each operation of someone who has shown a token."""

    database: Database
    feed: Feed
    token_key: TokenKey
    vault: Vault

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


def response_of(result: ExecutionResult | PreExecutionError, context: Context) -> dict[str, Any]:
    """A result as the response's JSON; one that never ran has no ``data``."""
    response: dict[str, Any] = {}
    if result.errors:
        response["errors"] = errors_of(result.errors, context)
    if not isinstance(result, PreExecutionError):
        response["data"] = result.data
    if context.masked:
        response["extensions"] = {"masked": list(context.masked)}
    return response


def errors_of(errors: list[GraphQLError], context: Context) -> list[dict[str, Any]]:
    """Errors with their codes and texts."""
    return [formatted(error, context) for error in errors]


def refusal(code: str, language: Language, **facts: Any) -> dict[str, Any]:
    """A response for a request that was not even tried."""
    message = error_text(code, facts, language)
    return {"errors": [{"message": message, "extensions": {"code": code}}]}
