"""Asks in this process, past the transports, and sees how each answer was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.context import Context
from api.execution import Answer, answered
from api.feed import Feed
from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from tests.signals import press
from yiyang.district.cast import District


class Read(NamedTuple):
    """One statement as it was run."""

    text: str
    arguments: Sequence[Any]
    once: bool
    primary: bool


class WatchedDatabase(Database):
    """Notes what plans read.

    Parameters:
        url: as for ``Database``; so the rest.
    """

    def __init__(self, url: str, **more: Any) -> None:
        super().__init__(url, **more)
        self.reads: list[Read] = []

    async def rows(
        self, statement: str, arguments: Sequence[Any], *, once: bool, primary: bool = False
    ) -> list[Any]:
        """Run it, and note it."""
        self.reads.append(Read(statement, arguments, once, primary))
        return await super().rows(statement, arguments, once=once, primary=primary)


@dataclass(frozen=True)
class Asked:
    """An answer and how it was made."""

    answer: Answer
    context: Context
    reads: list[Read]

    @property
    def body(self) -> dict[str, Any]:
        """The response's JSON."""
        return self.answer.body

    @property
    def statements(self) -> int:
        """How many statements both ways of execution ran together, the resolvers' own aside."""
        return len(self.context.statements) + self.context.loaders.statement_count


@dataclass(frozen=True)
class Desk:
    """Asks as anyone.

    Parameters:
        district: who there is.
    """

    database: WatchedDatabase
    vault: Vault
    district: District

    def actor(self, role: Role) -> Actor:
        """The district's player of a role."""
        player = self.district.players[role]
        return Actor(player.account_id, role, player.region_code)

    def context(self, who: Role | Actor) -> Context:
        """A fresh one for one operation; its request id is always the same."""
        return Context(
            database=self.database,
            actor=who if isinstance(who, Actor) else self.actor(who),
            language=Language.EN,
            request_id="0" * 16,
            feed=Feed(self.database.url),
            vault=self.vault,
        )

    async def ask(
        self, who: Role | Actor, query: str, variables: Any = None, *, planned: bool = True
    ) -> Asked:
        """One operation."""
        context, before = self.context(who), len(self.database.reads)
        answer = await answered(Request(query, variables), context, planned=planned)
        return Asked(answer, context, self.database.reads[before:])

    async def alarm(self) -> str:
        """The id of an alarm that the mother has just raised."""
        await press(self.database, self.district)
        asked = await self.ask(Role.ADMIN, "{ alarms(first: 1) { nodes { id } } }")
        return asked.body["data"]["alarms"]["nodes"][0]["id"]
