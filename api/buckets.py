"""What each client may still spend, kept by every worker and shared through the database.

A worker lends a client a second's worth on credit and posts afterwards, for all clients together,
what they have spent: so a read waits for no write. Only who spends more than a second's worth at a
time makes the worker ask the database first. Where that does not answer in a moment the worker
lends on, up to one bucket: a limit must never take the service down with it.
"""

import asyncio
import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.auth.scopes import OWN_DOCUMENTS
from api.auth.tokens import Grant
from api.refusals import rate_limited
from api.settings import DEFAULT_BUDGET
from domain.buckets import RESTORE_SECONDS, Change, Leased, lease, post
from domain.database import Database
from domain.outage import DRIVER_ERRORS

log = logging.getLogger("yiyang.buckets")

_POST_SECONDS = 1.0
_LONGEST_CREDIT_SECONDS = 2.0
_PATIENCE_SECONDS = 0.25
"""How long an operation waits for the database to say whether there are points."""
_FORGOTTEN_SECONDS = 3 * RESTORE_SECONDS


@dataclass(slots=True)
class Account:
    """One client's points, as one worker knows them.

    Parameters:
        size: of the bucket.

    Attributes:
        balance: points that may be spent without asking.
        owed: points that are to be taken out of the bucket; put back where negative.
        known: what was in the bucket when the database last said it.
    """

    client_id: UUID
    size: float
    balance: float = 0.0
    owed: float = 0.0
    known: float = 0.0
    known_at: float = 0.0
    used_at: float = 0.0
    owed_since: float = 0.0
    refused_at: float = -math.inf
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def rate(self) -> float:
        """Points that are restored in a second."""
        return self.size / RESTORE_SECONDS

    def spend(self, points: float, now: float) -> bool:
        """Spend points that need not be asked for; False where there are too few."""
        self.used_at = now
        if self.balance < points:
            if self.owed > 0 or self.rate < points or self.level(now) < self.rate:
                return False
            # On credit: a second's worth, to be posted soon.
            self.balance += self.rate
            self.owed, self.owed_since = self.owed + self.rate, now
            if self.balance < points:
                return False
        self.balance -= points
        return True

    def settle(self, points: float) -> None:
        """Give back points that were spent; take more where negative."""
        self.balance += points

    def level(self, now: float) -> float:
        """What is in the bucket, as far as is known."""
        restored = self.rate * (now - self.known_at)
        return min(self.size, self.known + restored) - self.owed

    def available(self) -> float:
        """What the client can spend, as far as is known."""
        return min(self.size, max(0.0, self.level(time.monotonic()) + self.balance))

    def change(self, now: float) -> float:
        """Take off what is to be posted; 0 where nothing is, for the moment."""
        idle = now - self.used_at >= _POST_SECONDS
        waits = not self.owed or now - self.owed_since < _LONGEST_CREDIT_SECONDS
        if not idle and waits and self.balance <= 2 * self.rate:
            return 0.0
        kept = 0.0 if idle else max(0.0, min(self.balance, self.rate))
        change = self.balance - kept - self.owed
        self.balance, self.owed = kept, 0.0
        return change


@dataclass(frozen=True, slots=True)
class Purse:
    """What one client may spend, for one operation.

    Parameters:
        is_told: whether the client learns what each operation costs without asking.
    """

    buckets: "Buckets"
    account: Account
    is_told: bool

    async def take(self, points: int) -> None:
        """Spend points. Raises: Refusal where the bucket does not hold them."""
        await self.buckets.take(self.account, points)

    def settle(self, points: int) -> None:
        """Give back points that were spent; take more where negative."""
        self.account.settle(points)

    @property
    def size(self) -> int:
        """The most that the bucket holds."""
        return int(self.account.size)

    def throttle(self) -> dict[str, Any]:
        """What a client is told of its bucket."""
        return {
            "maximum": self.size,
            "available": int(self.account.available()),
            "restoreRate": self.size / RESTORE_SECONDS,
        }


class Buckets:
    """The accounts of a worker's clients.

    Parameters:
        size: of a bucket whose token does not say.
    """

    def __init__(self, database: Database, size: int = DEFAULT_BUDGET) -> None:
        self._database = database
        self._size = size
        self._accounts: dict[UUID, Account] = {}
        self._blind_until = -math.inf
        self._task: asyncio.Task[None] | None = None

    def purse(self, grant: Grant) -> Purse:
        """What a token's subject may spend; who writes documents or has a budget is told of it."""
        is_told = grant.budget is not None or OWN_DOCUMENTS in grant.scopes
        return Purse(self, self.account(grant), is_told)

    def account(self, grant: Grant) -> Account:
        """The account of a token's subject."""
        size = float(grant.budget or self._size)
        account = self._accounts.get(grant.actor.id)
        if account is None:
            now = time.monotonic()
            account = Account(grant.actor.id, size, known=size, known_at=now, used_at=now)
            self._accounts[grant.actor.id] = account
        account.size = size
        return account

    async def take(self, account: Account, points: float) -> None:
        """Spend points.

        Raises: Refusal where the bucket does not hold them.
        """
        if account.spend(points, time.monotonic()):
            return
        async with account.turn:
            if not account.spend(points, time.monotonic()):
                await self._take_leased(account, points)

    async def start(self) -> None:
        """Begin to post, in the background."""
        self._task = asyncio.create_task(self._post_on())

    async def stop(self) -> None:
        """Post what is left."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.post(math.inf)

    async def post(self, now: float) -> None:
        """Post what clients have spent, and forget those who have long been away.

        Parameters:
            now: on the monotonic clock.
        """
        changes = [
            Change(account.client_id, account.size, points)
            for account in self._accounts.values()
            if (points := account.change(now))
        ]
        if changes:
            await self._post(changes)
        for account in list(self._accounts.values()):
            if now - account.used_at >= _FORGOTTEN_SECONDS and not account.owed:
                del self._accounts[account.client_id]

    async def _post(self, changes: list[Change]) -> None:
        try:
            async with asyncio.timeout(_FORGOTTEN_SECONDS):
                levels = await post(self._database, changes)
        except DRIVER_ERRORS as error:
            log.warning("What clients have spent is posted later: %s", type(error).__name__)
            for one in changes:
                self._accounts[one.client_id].owed -= one.points
            return
        now = time.monotonic()
        for client_id, level in levels.items():
            account = self._accounts[client_id]
            account.known, account.known_at = level, now

    async def _take_leased(self, account: Account, points: float) -> None:
        """Spend points that the database is asked for, and a second's worth for what follows."""
        now = time.monotonic()
        # Nobody else may spend, or post, what this operation counts on.
        held, account.balance = account.balance, 0.0
        owed, account.owed = account.owed, 0.0
        missing = points - held
        need = missing + owed
        try:
            leased = await self._leased(account, need, max(need, account.rate + owed), now)
        except BaseException:
            account.balance, account.owed = account.balance + held, account.owed + owed
            raise
        if leased is None:
            account.owed, account.owed_since = account.owed + owed + missing, now
            if account.owed > account.size:
                account.owed -= missing
                account.balance += held
                raise rate_limited(1)
            return
        if leased.points < need:
            account.balance, account.owed = account.balance + held, account.owed + owed
            raise self._refusal(account, need, now)
        account.balance += leased.points - need

    async def _leased(
        self, account: Account, need: float, want: float, now: float
    ) -> Leased | None:
        """What the database grants; None where it does not answer."""
        if now < self._blind_until:
            return None
        if now - account.refused_at < _POST_SECONDS and account.level(now) < need:
            # It has just said so: who is refused and asks on costs no write.
            return Leased(0.0, account.known)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                leased = await lease(
                    self._database, account.client_id, account.size, need=need, want=want
                )
        except DRIVER_ERRORS as error:
            log.warning("Nothing is known of what clients may spend: %s", type(error).__name__)
            self._blind_until = time.monotonic() + _POST_SECONDS
            return None
        account.known, account.known_at = leased.available, now
        if leased.points < need:
            account.refused_at = now
        return leased

    def _refusal(self, account: Account, need: float, now: float) -> Exception:
        level = min(account.size, account.known + account.rate * (now - account.known_at))
        return rate_limited(max(1, math.ceil((need - level) / account.rate)))

    async def _post_on(self) -> None:
        while True:
            await asyncio.sleep(_POST_SECONDS)
            await self.post(time.monotonic())
