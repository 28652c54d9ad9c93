"""What the API shell needs to be told; ``yiyang.settings`` reads it from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from api.auth.staff.settings import StaffLoginSettings
from api.auth.tokens import TokenKey
from domain.crypto import Vault
from domain.notifications.sending import PushTemplate
from domain.sessions.service import Lifetimes
from domain.sessions.wechat import Wechat


class Edition(StrEnum):
    """Of GraphQL over HTTP: which statuses an ``application/graphql-response+json`` has.

    ``application/json`` keeps to 200 in both: who asks for it alone may read no other.
    """

    BEFORE_2026 = "2025"
    """400 for whatever is wrong with a request, 200 for data with errors: the last draft before."""
    OF_2026 = "2026"
    """400 where a text can't be parsed, 422 where it says what can't be done, 294 for data with
    errors: the first edition."""


DEFAULT_BUDGET = 40_000
"""Twice what one operation may ask for."""


@dataclass(frozen=True)
class ApiSettings:
    """Settings of one API process.

    Parameters:
        database_url: ``postgresql://…`` of the primary.
        database_read_url: the same of a replica; the primary if None.
        token_key: verifies access tokens.
        vault: opens personal data for whoever may read it.
        planned: whether plans answer operations; else all are executed ordinarily.
        trusted_documents: manifest of the documents that apps may execute; None for any document.
        persisted_queries: whether a client may have its documents kept under their hashes.
        edition: of GraphQL over HTTP, for the statuses of answers.
        budget: points of a client's bucket where its token does not say.
        pages: path -> folder of static pages to serve, for example ``/graphiql``.
        wechat: what asks WeChat who signs in; None where no mini-program does. It is closed with
            the application.
        lifetimes: of the tokens of those who sign in, and of their sessions.
        public_url: the API's address as clients know it, without a slash at the end.
        origins: of pages of other sites that may open sockets and read answers, for example
            ``https://desk.example``; staff may come from them to sign in.
        staff_login: the identity provider that staff sign in at; None for no such door.
        webhooks_anywhere: whether webhooks may lead to http and private addresses.
        push_templates: by which mini-programs may send messages.
    """

    database_url: str
    token_key: TokenKey
    vault: Vault
    database_read_url: str | None = None
    planned: bool = True
    trusted_documents: Path | None = None
    persisted_queries: bool = False
    budget: int = DEFAULT_BUDGET
    edition: Edition = Edition.BEFORE_2026
    pages: Mapping[str, Path] = field(default_factory=dict[str, Path])
    wechat: Wechat | None = None
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    public_url: str = "http://127.0.0.1:8000"
    origins: tuple[str, ...] = ()
    staff_login: StaffLoginSettings | None = None
    webhooks_anywhere: bool = False
    push_templates: tuple[PushTemplate, ...] = ()
