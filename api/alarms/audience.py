"""Who of all that wait may see what has happened to alarms: asked once for all of them.

A daughter's phone sleeps through other people's alarms. Were each of 5,000 sockets to look for
itself whether an alarm is its own, the one whose mother has called would wait for 4,999 statements.
Who is woken looks for itself all the same: its own read, with its rights of that moment, decides
what it is shown. And who isn't would have found nothing: the same predicate has said so.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from api.feed import Subscriber
from api.plan.plans import Scope
from api.plan.statement import Statement
from domain.access import Actor, Role
from domain.alarms.log import TOPIC
from domain.alarms.models import Alarm
from domain.alarms.visibility import alarm_visible
from domain.database import Database
from domain.outage import is_outage
from domain.outbox import OutboxEvent
from domain.row_access import anyone

log = logging.getLogger("yiyang.feed")

_NOBODY = Actor(UUID(int=0), Role.FAMILY)
"""Whom the statement is not about: its accounts are among its values."""

FEW = 8
"""So many subscribers are sooner woken than asked about."""


@dataclass(frozen=True)
class Audience:
    """Wakes those who may see what is new.

    Parameters:
        database: whose outbox it is.
    """

    database: Database

    async def wake(self, waiting: Sequence[Subscriber]) -> None:
        """Wake each subscriber who may see one of the changes since its position, and perhaps
        some who may not; move the others' positions past the changes."""
        for scope, members in _groups(waiting).items():
            try:
                await self._sift(scope, members)
            except Exception as failure:
                if not is_outage(failure):
                    log.exception("who may see an alarm cannot be told")
                _wake(members)

    async def _sift(self, scope: Scope, members: "_Members") -> None:
        noted = {one: one.position for group in members.values() for one in group}
        base = min(noted.values())
        statement = _statement(scope)
        values = statement.given(_NOBODY, None, (list(members), base))
        rows = await self.database.rows(statement.text, values, once=False, primary=True)
        head, seeing = rows[0]["head"], {row["id"] for row in rows}  # as a plan writes keys
        for account, group in members.items():
            for one in group:
                if account.hex in seeing:
                    one.wake()
                elif one.is_asleep and one.position == noted[one]:
                    # Who has been woken meanwhile goes on from where it was.
                    one.position = max(one.position, head)


_Members = dict[UUID, list[Subscriber]]


def _groups(waiting: Sequence[Subscriber]) -> dict[Scope, _Members]:
    """Those who sleep and are worth asking about, by role; the others are woken."""
    groups: defaultdict[Scope, _Members] = defaultdict(dict)
    for one in waiting:
        actor = one.reads_for() if one.reads_for and one.is_asleep else None
        if actor is None or not _sees_their_own(actor):
            one.wake()
        else:
            groups[Scope.of(actor)].setdefault(actor.id, []).append(one)
    for scope, members in [*groups.items()]:
        if sum(map(len, members.values())) <= FEW:
            _wake(groups.pop(scope))
    return groups


def _wake(members: _Members) -> None:
    for group in members.values():
        for one in group:
            one.wake()


def _sees_their_own(actor: Actor) -> bool:
    """Whether each account of the role sees other alarms; a region's staff share one read."""
    return actor.region is None and actor.role is not Role.ADMIN


@lru_cache(maxsize=64)
def _statement(scope: Scope) -> Statement:
    """Which accounts, the first value, may see an alarm that has changed after a position, the
    second; and where the outbox ends, in each row. All of one moment."""
    arguments = scope.arguments()
    position, subject = col(OutboxEvent.position), cast(Any, col(OutboxEvent.subject_id))
    newest = select(func.coalesce(func.max(position), 0).label("head")).cte("newest")
    changed = (
        select(subject.label("id"))
        .distinct()
        .where(
            col(OutboxEvent.topic) == TOPIC,
            position > arguments.value(1, BigInteger()),
            position <= newest.c.head,
        )
        .cte("changed")
    )
    given = func.unnest(arguments.value(0, ARRAY(Uuid())))
    account: Any = given.table_valued(column("id", Uuid())).render_derived("account")
    # Words, not the column itself: a predicate that reads a table of its own would else read the
    # accounts there as well, and ask whether any of them may see it.
    asked = anyone(scope.role, literal_column("account.id", Uuid()), None, scope.scopes)
    seen = select(col(Alarm.id)).join(changed, changed.c.id == col(Alarm.id))
    sees = seen.where(alarm_visible(asked))
    seeing = select(account.c.id).where(sees.correlate(account).exists()).subquery("seeing")
    whole = select(newest.c.head, seeing.c.id).select_from(newest.outerjoin(seeing, true()))
    return Statement.of(whole, arguments, by_key=False)
