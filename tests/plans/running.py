"""One operation, answered by the plan or by ordinary execution."""

from dataclasses import dataclass
from typing import Any

from api.context import Context
from api.documents import prepared
from api.execution import Answer, answered, errors_of
from api.feed import Feed
from api.ordinary import Ordinary
from api.requests import Request
from api.texts import Language
from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database

REQUEST_ID = "0" * 16


@dataclass(frozen=True)
class Outcome:
    """An answer, and why no plan made it, where none did."""

    answer: Answer
    unplanned: str | None

    @property
    def body(self) -> dict[str, Any]:
        """The response's JSON."""
        return self.answer.body


@dataclass(frozen=True)
class Runner:
    """Asks as anyone, past the transports."""

    database: Database
    vault: Vault

    async def outcome(
        self, request: Request, actor: Actor, language: Language, *, planned: bool
    ) -> Outcome:
        """What comes of a request whose id is always the same."""
        context = self._context(actor, language)
        answer = await answered(request, context, planned=planned)
        return Outcome(answer, context.unplanned)

    async def every_error(
        self, request: Request, actor: Actor, language: Language
    ) -> list[dict[str, Any]]:
        """The errors of a query that is executed to its end: none of them makes anything null but
        its own field."""
        context = self._context(actor, language)
        operation = prepared(request.query).operation(request.operation_name)
        variables = operation.coerced(request.variables)
        assert not isinstance(variables, list)
        execution = Ordinary(operation, variables, context)
        execution._executor.error_propagation = False  # what graphql-core's directive does
        return errors_of((await execution.result()).errors or [], context)

    def _context(self, actor: Actor, language: Language) -> Context:
        return Context(
            database=self.database,
            actor=actor,
            language=language,
            request_id=REQUEST_ID,
            feed=Feed(self.database.url),
            vault=self.vault,
        )

    async def ordinary(
        self, actor: Actor, query: str, variables: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """What ordinary execution answers."""
        request = Request(query, variables)
        return (await self.outcome(request, actor, Language.ZH_CN, planned=False)).body
