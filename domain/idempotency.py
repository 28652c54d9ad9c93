"""A call that is made again is answered, not done, again.

Whoever calls names the call by a key of their own. The key is written in the transaction of the
change, before anything else: of two calls at once the second waits in the primary key's index
until the first has committed, and then finds its result; where the first fails, its key goes with
it, and the second call is the first.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Index,
    Text,
    Uuid,
    func,
    literal,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.access import Actor
from domain.crypto import Vault
from domain.dropping import dropped
from domain.errors import IdempotencyKeyReused, InvalidInput, TooManyKeys
from domain.reasons import Reason
from domain.tables import Table, keyed_hash, moment

KEPT = timedelta(hours=24)
"""How long a call's first result is given again."""

MAX_KEY = 200
"""Characters of a key."""

MOST_KEYS = 10_000
"""Keys of an account that are remembered at a time: one every nine seconds, day and night."""

_LEEWAY = timedelta(hours=1)
"""A row that is found to be taken must still be there when it is read."""


class IdempotentCall(Table, table=True):
    """A call that has been made, and the row that it changed."""

    __table_args__ = (Index("idempotent_call_called_at", "called_at"),)

    # No foreign key: whoever has no account is refused by the verb, in the verb's own words.
    actor_id: UUID = Field(sa_column=Column(Uuid(), primary_key=True))
    key: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    digest: bytes = Field(sa_column=keyed_hash())
    subject_id: UUID | None = Field(default=None, sa_column=Column(Uuid(), nullable=True))
    called_at: datetime = Field(default=None, sa_column=moment(default_now=True))


@dataclass(frozen=True)
class Call:
    """What somebody wants to be done once.

    Parameters:
        key: the caller's name for it.
        verb: the name of what is to be done.
        arguments: with what: JSON, enums, days and moments.
        vault: hashes them: they may hold what can be guessed, such as a phone number.

    Raises: InvalidInput(idempotency_key) for a key that is none.
    """

    actor: Actor
    key: str
    verb: str
    arguments: Mapping[str, Any]
    vault: Vault

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= MAX_KEY or not all("!" <= sign <= "~" for sign in self.key):
            raise InvalidInput("idempotency_key", reason=Reason.KEY, most=MAX_KEY)

    @property
    def digest(self) -> bytes:
        """The same for the same call only."""
        said = (self.actor.id.hex, self.actor.role, self.verb, self.arguments)
        # Not by orjson: a client's own JSON may hold numbers of any length.
        text = json.dumps(said, sort_keys=True, default=str)
        return self.vault.digest(text, "idempotent_call.digest")


async def once(session: AsyncSession, call: Call, do: Callable[[], Awaitable[UUID]]) -> UUID | None:
    """Do what is called for, unless it has been done.

    Parameters:
        session: in a transaction that has done nothing yet.
        do: does it; returns the key of the row that it changed.

    Returns: the key of the row that was changed, now or then.
    Raises: IdempotencyKeyReused; TooManyKeys(most); whatever ``do`` raises, and then the key is
        free again.
    """
    if not await _taken(session, call):
        return await _first_result(session, call)
    subject_id = await do()
    await session.execute(update(IdempotentCall).where(*_of(call)).values(subject_id=subject_id))
    return subject_id


async def prune(session: AsyncSession) -> int:
    """Forget calls that are no longer answered by their first result.

    Returns: how many.
    """
    old = col(IdempotentCall.called_at) < func.now() - (KEPT + _LEEWAY)
    return await dropped(session, IdempotentCall, old)


async def _taken(session: AsyncSession, call: Call) -> bool:
    """Whether the key is now this call's; it waits for another's that is under way."""
    names = ("actor_id", "key", "digest")
    given = literal(call.actor.id), literal(call.key), literal(call.digest)
    new = insert(IdempotentCall).from_select(names, select(*given).where(_has_room(call)))
    statement = new.on_conflict_do_update(
        index_elements=["actor_id", "key"],
        set_={"digest": call.digest, "subject_id": null(), "called_at": func.now()},
        where=col(IdempotentCall.called_at) < func.now() - KEPT,
    )
    written = await session.execute(statement.returning(text("1")))
    return written.first() is not None


async def _first_result(session: AsyncSession, call: Call) -> UUID | None:
    statement = select(col(IdempotentCall.digest), col(IdempotentCall.subject_id))
    row = (await session.execute(statement.where(*_of(call)))).one_or_none()
    if row is None:
        raise TooManyKeys("idempotency_key", most=MOST_KEYS)
    if row.digest != call.digest:
        raise IdempotencyKeyReused("idempotency_key")
    return row.subject_id


def _has_room(call: Call) -> Any:
    """Whether the account may have one more key; counted no further than it takes to know."""
    kept = select(literal(1)).where(col(IdempotentCall.actor_id) == call.actor.id)
    counted = select(func.count()).select_from(kept.limit(MOST_KEYS).subquery())
    return counted.scalar_subquery() < MOST_KEYS


def _of(call: Call) -> tuple[Any, Any]:
    return col(IdempotentCall.actor_id) == call.actor.id, col(IdempotentCall.key) == call.key
