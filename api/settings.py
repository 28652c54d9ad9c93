"""What the API shell needs to be told; ``yiyang.settings`` reads it from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.auth.tokens import TokenKey
from domain.crypto import Vault


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
        pages: path -> folder of static pages to serve, for example ``/graphiql``.
    """

    database_url: str
    token_key: TokenKey
    vault: Vault
    database_read_url: str | None = None
    planned: bool = True
    trusted_documents: Path | None = None
    persisted_queries: bool = False
    pages: Mapping[str, Path] = field(default_factory=dict[str, Path])
