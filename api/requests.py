"""What HTTP and WebSocket share: a body becomes a request, a token becomes a context."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api.auth.revocations import Revocations
from api.auth.tokens import Grant, InvalidToken, TokenKey
from api.context import Context
from api.feed import Feed
from api.refusals import new_request_id
from api.texts import Language
from domain.audit.service import Source
from domain.crypto import Vault
from domain.database import Database
from domain.notifications.sending import PushTemplate
from domain.sessions.wechat import Wechat

if TYPE_CHECKING:
    from api.buckets import Buckets
    from api.trusted import Documents

MAX_DOCUMENT = 16_384
"""Characters of a document: the caches keep a thousand of them."""


class BadRequest(Exception):
    """A request that is no GraphQL request; its text says why."""


class TooLong(BadRequest):
    """One whose document is merely larger than we keep: no offence against a protocol."""


@dataclass(frozen=True)
class Request:
    """A GraphQL request, whatever brought it.

    Parameters:
        query: the document's text; empty where its id stands for it.
        explain: the client asks how its operation was executed.
        document_id: as the client wrote it. Beside a text it is the text's hash, and the text is to
            be kept under it (automatic persisted queries).
        cost: the client asks what its operation cost.
        read_only: nothing but queries may be executed, as over GET.
    """

    query: str = ""
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    explain: bool = False
    document_id: str | None = None
    cost: bool = False
    read_only: bool = False

    @classmethod
    def of(cls, body: Any) -> "Request":
        """A request from decoded JSON.

        Raises: BadRequest.
        """
        if not isinstance(body, dict):
            raise BadRequest("the body must be a JSON object")
        fields = cast(dict[str, Any], body)
        variables, name = fields.get("variables"), fields.get("operationName")
        if variables is not None and not isinstance(variables, dict):
            raise BadRequest("variables must be an object")
        if name is not None and not isinstance(name, str):
            raise BadRequest("operationName must be a string")
        given: Any = fields.get("extensions")
        # What we do not know, there or in any shape, is another server's and no fault.
        extensions = cast(dict[str, Any], given) if isinstance(given, dict) else {}
        query, document_id = _document(fields, extensions)
        return cls(
            query,
            variables,  # pyright: ignore[reportUnknownArgumentType]
            name,
            explain=extensions.get("explain") is True,
            document_id=document_id,
            cost=extensions.get("cost") is True,
        )


@dataclass(frozen=True)
class Gate:
    """Makes a context for each operation of someone who has shown a token."""

    database: Database
    feed: Feed
    token_key: TokenKey
    vault: Vault
    planned: bool = True
    """Whether plans answer operations where they can."""
    documents: "Documents | None" = None
    """Those that ids stand for."""
    buckets: "Buckets | None" = None
    """What clients may spend; None for anything."""
    revocations: Revocations | None = None
    """Of tokens that have not expired; None where none is ever revoked."""
    webhooks_anywhere: bool = False
    """Whether webhooks may lead to http and private addresses."""
    push_templates: tuple[PushTemplate, ...] = ()
    """By which mini-programs may send messages."""
    wechat: Wechat | None = None
    """Asks WeChat; None where no mini-program is ours."""

    def admit(self, token: str | None) -> Grant:
        """What the token says.

        Raises: InvalidToken, also where there is none.
        """
        if token is None:
            raise InvalidToken
        grant = self.token_key.verify(token)
        if self.revocations is not None and self.revocations.void(grant):
            raise InvalidToken
        return grant

    def context(self, grant: Grant, language: Language, address: str | None) -> Context:
        """A fresh context for one operation.

        Parameters:
            address: of the client.
        """
        return Context(
            database=self.database,
            actor=grant.actor,
            language=language,
            request_id=new_request_id(),
            feed=self.feed,
            vault=self.vault,
            scopes=grant.scopes,
            documents=self.documents,
            purse=self.buckets.purse(grant) if self.buckets else None,
            address=address,
            session_id=grant.session,
            client_id=grant.client,
            webhooks_anywhere=self.webhooks_anywhere,
            push_templates=self.push_templates,
            wechat=self.wechat,
        )


def address_of(scope: Scope) -> str | None:
    """The client's address; behind a proxy that is trusted the one that it names."""
    client = scope.get("client")
    return client[0] if client else None


def source_of(request: HTTPConnection) -> Source:
    """From where a request comes that executes no operation, for the audit trail."""
    return Source(new_request_id(), address_of(request.scope))


def _document(fields: dict[str, Any], extensions: dict[str, Any]) -> tuple[str, str | None]:
    """The document's text, its id, or both. Raises: BadRequest."""
    query, document_id = fields.get("query"), fields.get("documentId")
    if document_id is not None:
        if query is not None:
            raise BadRequest("query and documentId exclude each other")
        if not isinstance(document_id, str) or not document_id:
            raise BadRequest("documentId must be a string that is not empty")
        return "", document_id
    hashed = _hash_in(extensions.get("persistedQuery"))
    if query is None and hashed is not None:
        return "", hashed
    if not isinstance(query, str):
        raise BadRequest("query must be a string")
    if len(query) > MAX_DOCUMENT:
        raise TooLong(f"query must have at most {MAX_DOCUMENT} characters")
    return query, hashed


def _hash_in(persisted: Any) -> str | None:
    """The hash in ``extensions.persistedQuery``, as Apollo's and urql's clients send it."""
    if not isinstance(persisted, dict):
        return None
    hashed = cast(dict[str, Any], persisted).get("sha256Hash")
    return hashed if isinstance(hashed, str) and hashed else None
