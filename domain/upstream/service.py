"""What workers and operators do about a destination upstream.

One worker has it at a time: by its row's lock, which the end of a worker, however it comes, gives
back. What is known is in the row; a batch is chosen in one transaction and settled in another, so
that one that was sent and not settled is sent again as the same batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import outbox
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.errors import NotFound
from domain.outbox import OutboxEvent
from domain.upstream.carrying import Answer
from domain.upstream.models import Upstream, UpstreamRefusal
from domain.upstream.rows import TOPICS

MOST_EVENTS: Final = 200
"""Changes of a batch."""

HELD: Final = timedelta(days=30)
"""How long the outbox waits for what has not left: beyond, it is dropped and lost to upstream."""

_DATA_STATUSES: Final = frozenset({400, 409, 413, 415, 422})
"""Answers that speak of what was sent: one of the changes is at fault."""

_PASSING_STATUSES: Final = frozenset({408, 425, 429})
"""Answers below 500 that pass."""

_MOST_REFUSALS: Final = 10
"""Changes refused one after the other until it is the address or the form that is at fault."""

_FIRST_REST = timedelta(seconds=2)
_LONGEST_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a destination stands, for operators.

    Parameters:
        waiting: changes that are still to leave.
        oldest: when the first of them happened.
        lost: whether changes were dropped before they could leave.
    """

    row: Upstream
    waiting: int
    oldest: datetime | None
    lost: bool
    refused: Sequence[UpstreamRefusal]


async def choose(session: AsyncSession, name: str) -> bool:
    """Choose the next batch, unless one is under way.

    Returns: whether there is one to send now; not so while another worker is at it.
    """
    await session.execute(insert(Upstream).values(name=name, position=0).on_conflict_do_nothing())
    row = await _taken(session, name)
    if row is None or row.stopped_at is not None or _rests(row):
        return False
    if row.batch_to is not None:
        return True
    # First the head: what commits after it is looked for the next time.
    head = await outbox.head(await session.connection())
    position = col(OutboxEvent.position)
    wanted = select(position).where(
        position > row.position, position <= head, col(OutboxEvent.topic).in_(TOPICS)
    )
    following = (await session.scalars(wanted.order_by(position).limit(MOST_EVENTS))).all()
    if following:
        row.batch_to = following[-1]
    else:
        row.position = head
    return bool(following)


async def under_way(
    session: AsyncSession, name: str
) -> tuple[Upstream, Sequence[OutboxEvent]] | None:
    """The batch under way, its destination locked until the transaction ends; None where there is
    none, or another worker has it."""
    row = await _taken(session, name)
    if row is None or row.batch_to is None or row.stopped_at is not None:
        return None
    return row, await _between(session, row.position, row.batch_to)


async def settle(
    session: AsyncSession, row: Upstream, events: Sequence[OutboxEvent], answer: Answer
) -> None:
    """Note what came of a batch.

    Parameters:
        events: that were sent, in order; at least one, except where it counts as arrived.
    """
    row.last_fault = answer.fault
    if answer.fault is None:
        row.failures = row.refusals = 0
        _advance(row)
    elif answer.status in _DATA_STATUSES:
        await _blame(session, row, events, answer.fault)
    elif answer.status is not None and _is_final(answer.status):
        row.stopped_at = now()
    else:
        row.failures += 1
        rest = min(_FIRST_REST * 2 ** min(row.failures - 1, 10), _LONGEST_REST)
        row.rests_until = now() + min(max(rest, answer.retry_after or rest), _LONGEST_REST * 12)


async def _blame(
    session: AsyncSession, row: Upstream, events: Sequence[OutboxEvent], reason: str
) -> None:
    """Halve the batch until what is refused stands alone, and put that aside."""
    if len(events) > 1:
        row.batch_to = events[len(events) // 2 - 1].position
        return
    row.refusals += 1
    if row.refusals >= _MOST_REFUSALS:
        row.stopped_at = now()
        return
    _put_aside(session, row, events[0], reason)


def _put_aside(session: AsyncSession, row: Upstream, event: OutboxEvent, reason: str) -> None:
    refusal = UpstreamRefusal(
        name=row.name,
        position=event.position,
        topic=event.topic,
        subject_id=event.subject_id,
        change=event.change,
        reason=reason,
    )
    session.add(refusal)
    row.failures = 0
    _advance(row)


def _advance(row: Upstream) -> None:
    assert row.batch_to is not None
    row.position, row.batch_to, row.rests_until = row.batch_to, None, None


async def standing(session: AsyncSession, name: str) -> Standing:
    """How a destination stands. Raises: NotFound."""
    row = await session.get(Upstream, name)
    if row is None:
        raise NotFound("name")
    waiting = select(func.count(), func.min(col(OutboxEvent.recorded_at))).where(
        col(OutboxEvent.position) > row.position, col(OutboxEvent.topic).in_(TOPICS)
    )
    count, oldest = (await session.execute(waiting)).one()
    refused = select(UpstreamRefusal).where(col(UpstreamRefusal.name) == name)
    newest = refused.order_by(col(UpstreamRefusal.position).desc()).limit(MOST_EVENTS)
    first_held = await outbox.oldest(await session.connection())
    lost = 0 < row.position < first_held - 1
    return Standing(row, count, oldest, lost, (await session.scalars(newest)).all())


async def resume(session: AsyncSession, name: str) -> None:
    """Go on at once, whatever has failed. Raises: NotFound."""
    row = await _locked(session, name)
    row.stopped_at = row.rests_until = None
    row.failures = row.refusals = 0
    _recorded(session, "upstream_resume")


async def skip(session: AsyncSession, name: str) -> UpstreamRefusal | None:
    """Put the next change aside, without sending it. Raises: NotFound.

    Returns: what has been put aside; None where nothing waits.
    """
    row = await _locked(session, name)
    head = await outbox.head(await session.connection())
    following = await _between(session, row.position, head, 1)
    if not following:
        return None
    row.batch_to = following[0].position
    _put_aside(session, row, following[0], "SKIPPED")
    _recorded(session, "upstream_skip")
    await session.flush()
    return await session.get(UpstreamRefusal, (name, following[0].position))


async def prune_outbox(session: AsyncSession, keep: timedelta) -> int:
    """Drop old events, but none that has yet to leave, for thirty days.

    Returns: how many were dropped.
    """
    slowest = select(func.min(col(Upstream.position))).scalar_subquery()
    return await outbox.prune(session, keep, held_after=slowest, held=HELD)


async def _between(
    session: AsyncSession, after: int, until: int, most: int | None = None
) -> Sequence[OutboxEvent]:
    position = col(OutboxEvent.position)
    wanted = select(OutboxEvent).where(
        position > after, position <= until, col(OutboxEvent.topic).in_(TOPICS)
    )
    return (await session.scalars(wanted.order_by(position).limit(most))).all()


async def _taken(session: AsyncSession, name: str) -> Upstream | None:
    mine = select(Upstream).where(col(Upstream.name) == name)
    return await session.scalar(mine.with_for_update(skip_locked=True))


async def _locked(session: AsyncSession, name: str) -> Upstream:
    row = await session.get(Upstream, name, with_for_update=True)
    if row is None:
        raise NotFound("name")
    return row


def _rests(row: Upstream) -> bool:
    return row.rests_until is not None and row.rests_until > now()


def _is_final(status: int) -> bool:
    """Whether an answer stays the same until somebody does something about it."""
    return 300 <= status < 500 and status not in _PASSING_STATUSES


def _recorded(session: AsyncSession, action: str) -> None:
    record(session, None, Source(), [Act(action, "upstream")])
