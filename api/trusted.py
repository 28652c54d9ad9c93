"""Documents that ids stand for: those of a manifest, and in development those sent before.

A manifest is JSON, the SHA-256 of each document's text -> its text, as graphql-codegen's client
preset writes it (``persistedDocuments: {hashAlgorithm: "sha256"}``).
"""

import asyncio
import hashlib
import json
import logging
import re
import signal
from collections import OrderedDict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from graphql import OperationDefinitionNode

from api.documents import Document, compiled, prepared
from api.refusals import Refusal, unknown_document
from api.requests import BadRequest, Request

log = logging.getLogger("yiyang.documents")

PREFIX = "sha256:"

MAX_REMEMBERED = 1000
"""How many documents are kept that clients have sent; each has at most 16,384 characters."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")


class BadManifest(Exception):
    """A manifest that cannot be used; its text names the document at fault."""


class Documents:
    """The documents that a process knows by their ids.

    Parameters:
        manifest: its file; None where no document is trusted more than others.
        automatic: whether a client may have its documents kept (automatic persisted queries).
    Raises: BadManifest.
    """

    def __init__(self, manifest: Path | None = None, *, automatic: bool = False) -> None:
        self._manifest = manifest
        self._automatic = automatic
        self._remembered: OrderedDict[str, str] = OrderedDict()
        self._trusted: Mapping[str, Document] = {}
        if manifest is not None:
            self._trusted = trusted_documents(manifest)

    def reload(self) -> None:
        """Read the manifest again; a bad one is logged, and the old one stays."""
        if self._manifest is None:
            return
        try:
            self._trusted = trusted_documents(self._manifest, self._trusted)
        except BadManifest as error:
            log.error("The trusted documents stay as they are: %s", error)
        else:
            log.info("%d trusted documents from %s", len(self._trusted), self._manifest)

    @contextmanager
    def reloaded_on_hangup(self) -> Generator[None, None, None]:
        """Meanwhile SIGHUP has the manifest read again, on a thread of its own."""
        loop = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()

        def begin() -> None:
            task = asyncio.create_task(asyncio.to_thread(self.reload))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

        loop.add_signal_handler(signal.SIGHUP, begin)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    def of(self, request: Request, *, own: bool) -> Document:
        """The document that a request asks for.

        Parameters:
            own: whether the client may send documents that are not trusted.
        Raises: Refusal; BadRequest for a text and a hash that is another's.
        """
        if request.document_id is not None:
            return self._by_id(request, own)
        if own or self._manifest is None:
            return prepared(request.query)
        return self._trusted_text(request.query)

    def trusts(self, text: str) -> bool:
        """Whether a text is that of a trusted document."""
        return hash_of(text) in self._trusted

    def _by_id(self, request: Request, own: bool) -> Document:
        key = bare(cast(str, request.document_id))
        document = self._trusted.get(key)
        if document is not None:
            return document
        if not own and self._manifest is not None:
            raise unknown_document() if not request.query else _untrusted()
        if request.query:
            return self._kept(key, request.query)
        text = self._remembered.get(key)
        if text is None:
            raise unknown_document()
        self._remembered.move_to_end(key)
        return prepared(text)

    def _kept(self, key: str, text: str) -> Document:
        if self._automatic:
            if hash_of(text) != key:
                raise BadRequest("sha256Hash is not that of query")
            self._remembered[key] = text
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)
        return prepared(text)

    def _trusted_text(self, text: str) -> Document:
        """An app that sends a trusted document in full has sent a trusted document."""
        document = self._trusted.get(hash_of(text))
        if document is None:
            raise _untrusted()
        return document


def trusted_documents(
    manifest: Path, known: Mapping[str, Document] | None = None
) -> Mapping[str, Document]:
    """The documents of a manifest by their hashes in hex, each checked against the schema.

    Parameters:
        known: documents that need not be checked again; their plans stay with them.
    Raises: BadManifest.
    """
    known = known or {}
    found: dict[str, Document] = {}
    for name, text in _entries(manifest).items():
        key = bare(name)
        _check_hash(manifest, name, key, text)
        found[key] = known.get(key) or _checked(manifest, name, text)
    return found


def bare(document_id: str) -> str:
    """An id without its prefix."""
    return document_id.removeprefix(PREFIX).lower()


def hash_of(text: str) -> str:
    """A document's hash in hex."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _entries(manifest: Path) -> dict[str, str]:
    try:
        entries: Any = json.loads(manifest.read_bytes())
    except (OSError, ValueError) as error:
        raise BadManifest(f"{manifest} cannot be read: {error}") from error
    if not isinstance(entries, dict):
        raise BadManifest(f"{manifest} is no JSON object of documents by their hashes")
    return cast(dict[str, str], entries)


def _check_hash(manifest: Path, name: str, key: str, text: Any) -> None:
    if _SHA1.fullmatch(key):
        raise BadManifest(
            f'{manifest}: {name} is a SHA-1; set hashAlgorithm to "sha256" where it is made'
        )
    if not _SHA256.fullmatch(key) or not isinstance(text, str):
        raise BadManifest(f"{manifest}: {name} is no SHA-256 of a document")
    if hash_of(text) != key:
        raise BadManifest(f"{manifest}: {name} is not the hash of its document")


def _checked(manifest: Path, name: str, text: str) -> Document:
    document = compiled(text)
    if document.errors:
        error = document.errors[0]
        where = "".join(f", line {place.line}" for place in (error.locations or ())[:1])
        raise BadManifest(f"{manifest}: {name}{_called(document)}{where}: {error.message}")
    return document


def _called(document: Document) -> str:
    definitions = document.node.definitions if document.node else ()
    names = [
        one.name.value
        for one in definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    ]
    return f" ({', '.join(names)})" if names else ""


def _untrusted() -> Refusal:
    return Refusal("DOCUMENT_NOT_TRUSTED", 403)
