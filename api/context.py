"""What one operation carries: who asks, in which language, and its loaders."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.scopes import INTROSPECTION
from api.feed import Feed
from api.plan.loaders import Loaders
from api.shared_reads import SHARED_SECONDS, SharedReads
from api.standing import Standing
from api.texts import Language
from api.turns import Turn
from domain import calendar
from domain.access import Actor, Permission
from domain.audit.disclosures import ELDER, Disclosures
from domain.audit.service import Source
from domain.crypto import Vault
from domain.database import Database
from domain.notifications.sending import PushTemplate
from domain.sessions.wechat import Wechat
from domain.tables import Subtree

if TYPE_CHECKING:
    from api.buckets import Purse
    from api.trusted import Documents

Value = TypeVar("Value")


@dataclass
class Context:
    """One operation's context; never shared between operations, not even of one socket.

    Parameters:
        request_id: names the operation in logs and errors.
        vault: opens personal data, once a field has asked for the actor's permission; seals what a
            client keeps for us, such as a quote.
        turn: among the operations of a socket; None over HTTP.
        standing: of the connection that the operation came by; None over HTTP.
        resume_after: the cursor of the last event that the client says it has had.
        to_head: a stream ends once it has delivered all that there is.
        scopes: what the client may do beside what its actor may; None for ourselves, who may all.
        documents: those that ids stand for; None where no id is known.
        purse: what the client may spend; None for ourselves, who may spend anything.
        session_id: the login that the token is of; None where it is of none.
        client_id: the OAuth client that the token was given to; None for our own apps.
        address: from which the client speaks, as text; None for ourselves.
    """

    database: Database
    actor: Actor
    language: Language
    request_id: str
    feed: Feed
    vault: Vault
    turn: Turn | None = None
    standing: Standing | None = None
    resume_after: str | None = None
    to_head: bool = False
    scopes: frozenset[str] | None = None
    documents: "Documents | None" = None
    purse: "Purse | None" = None
    address: str | None = None
    session_id: UUID | None = None
    client_id: UUID | None = None
    disclosures: Disclosures = field(default_factory=Disclosures)
    """What sensitive data the answer shows: it is in the audit trail before the answer leaves."""
    masked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    current: bool = False
    """Whether to read where the writes go: a replica may not yet show what was written."""
    statements: list[str] = field(default_factory=list[str])
    """The SQL that was run for the answer."""
    unplanned: str | None = None
    """Why no plan made the answer, where none did."""
    gap: dict[str, Any] | None = None
    """What a subscriber is told who gets this event late."""
    reached: int | None = None
    """The outbox position to which a stream has read, past what the actor does not see."""
    shown_once: dict[UUID, str] = field(default_factory=dict[UUID, str])
    """Secrets that were made for this answer, by their rows' keys: no other ever shows them."""
    webhooks_anywhere: bool = False
    """Whether webhooks may lead to http and private addresses."""
    push_templates: tuple[PushTemplate, ...] = ()
    """By which mini-programs may send messages."""
    wechat: Wechat | None = None
    """Asks WeChat; None where no mini-program is ours."""

    _now: datetime | None = None
    _today: date | None = None
    _shared: SharedReads | None = None
    _event: str | None = None
    _looked_at: float = 0.0
    _withdrawn: bool = False

    @cached_property
    def loaders(self) -> Loaders:
        """What ordinary execution reads with."""
        return Loaders(self.database, self.actor)

    @property
    def now(self) -> datetime:
        """The moment that the whole answer speaks of."""
        if self._now is None:
            self._now = calendar.now()
        return self._now

    @property
    def today(self) -> date:
        """The district's day at that moment."""
        if self._today is None:
            self._today = calendar.district_day(self.now)
        return self._today

    @property
    def source(self) -> Source:
        """From where the operation comes, for the audit trail."""
        return Source(self.request_id, self.address)

    def disclose(
        self, key: UUID, field: str, purpose: str | None = None, table: str = ELDER
    ) -> None:
        """Note that the answer shows sensitive data.

        Parameters:
            key: whose.
            field: as ``Type.field`` of the schema.
            purpose: what the reader gave as theirs.
            table: the one that the key is of.
        """
        self.disclosures.note(key, field, purpose, table)

    def refuse(self, key: UUID, field: str, purpose: str | None = None) -> None:
        """Note that sensitive data is asked for and not shown.

        Parameters:
            key: of an elder, who perhaps is none.
        """
        self.disclosures.refuse(key, field, purpose)

    async def write_disclosures(self) -> None:
        """Have in the audit trail what has been disclosed; nothing is sent before.

        Raises: asyncpg's errors, and then nothing may be sent.
        """
        if self.disclosures:
            await self.disclosures.write(self.database, self.actor, self.source)

    @property
    def subtree(self) -> Subtree | None:
        """The divisions that the actor's role covers."""
        return Subtree.of(self.actor.region) if self.actor.region is not None else None

    def allows(self, scope: str) -> bool:
        """Whether the client's token carries a scope."""
        return self.scopes is None or scope in self.scopes

    @property
    def may_introspect(self) -> bool:
        """Whether the schema is shown, and what a wrong name might have been."""
        return self.allows(INTROSPECTION) or self.actor.may(Permission.INTROSPECT)

    @asynccontextmanager
    async def transaction(self, *, dry_run: bool = False) -> AsyncGenerator[AsyncSession, None]:
        """One write on behalf of the actor; what is read afterwards is read anew.

        Parameters:
            dry_run: as for the database's.
        """
        try:
            async with self.database.transaction(str(self.actor.id), dry_run=dry_run) as session:
                yield session
        finally:
            self.stay_current()

    def stay_current(self) -> None:
        """Read anew from here on, and where what has been written is sure to be seen."""
        self.current = True
        self.loaders.forget_after_write()

    async def rows(self, statement: str, arguments: tuple[Any, ...], *, once: bool) -> list[Any]:
        """Run a planned read, or share it with subscribers who want the same of the same event."""
        self.statements.append(statement)

        def read() -> Coroutine[Any, Any, list[Any]]:
            return self.database.rows(statement, arguments, once=once, primary=self.current)

        return await self.shared((statement, arguments), read)

    async def shared(
        self, key: tuple[Any, ...], read: Callable[[], Coroutine[Any, Any, Value]]
    ) -> Value:
        """Read, or share it with subscribers who want the same of the same event.

        Parameters:
            key: whatever the result depends on.
        """
        if self._shared is None:
            return await read()
        return await self._shared.value((self._event, *key), read)

    def begin_look(self) -> None:
        """Each look of a subscription for what has happened goes by the newest rights, and may be
        shared with others'."""
        if self.standing is not None and self.is_outdated:
            self.actor, self.scopes = self.newest_actor, self.standing.grant.scopes
            self.loaders = Loaders(self.database, self.actor)
        self._withdrawn, self._looked_at = False, monotonic()
        self.statements.clear()
        self._shared, self._event = self.feed.reads, None

    def begin_event(self, cursor: str) -> None:
        """Each delivery of a subscription reads anew, masks anew and has a moment of its own.

        Parameters:
            cursor: of the event.
        """
        # Not those of the look: a client that reads slowly gets to its events late.
        self._shared, self._event = self.feed.reads, cursor
        self.statements.clear()
        self._now = self._today = None
        self.loaders.begin_anew()
        self.masked.clear()

    @property
    def cursor(self) -> str | None:
        """Of the event that is being delivered; None in any other answer."""
        return self._event

    @property
    def newest_actor(self) -> Actor:
        """Who the client is by its newest token."""
        return self.standing.grant.actor if self.standing else self.actor

    @property
    def is_outdated(self) -> bool:
        """Whether a subscription's rights, as it goes by them, are no longer the client's."""
        newest = self.newest_actor
        # Mostly it is the very same: each event asks three times.
        return newest is not self.actor and self._looked_at > 0 and newest != self.actor

    @property
    def look_is_old(self) -> bool:
        """Whether what a look has found may have been hidden from the actor since."""
        return monotonic() - self._looked_at > SHARED_SECONDS

    @property
    def was_delivered(self) -> bool:
        """Whether the last event has been sent."""
        return not self._withdrawn

    def withdraw(self) -> None:
        """The event at hand is not sent: the subscription comes to it again with the new rights."""
        self._withdrawn = True

    def mask(self, info: "Info", reason: str) -> None:
        """Tell the client why the field at hand is null although there is something."""
        self.masked.append({"path": info.path.as_list(), "reason": reason})


Info: TypeAlias = strawberry.Info[Context, None]
