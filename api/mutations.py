"""What every mutation does: one transaction, one verb, one row in the audit trail, one payload;
declared once.

    bed_stay_close = mutation(
        BedStayClosePayload,
        "The bed is clean: the next may come.",
        node=BedStay,
        asks=Permission.BED_STAY_CLOSE,
        given=BedStayCloseInput,
        which="Which stay.",
        verb=lambda change, _: service.close(change.session, change.actor, change.key),
    )

The input's name decides the field's: ``BedStayCloseInput``, ``bedStayClose``.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, TypeVar, dataclass_transform
from uuid import UUID

import strawberry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from api.context import Context, Info
from api.describe import input_object, output
from api.errors import UserError, user_error
from api.permissions import asks as asks_for
from api.plan.shapes import RowType, row_type_of
from api.plan.values import later
from api.relay import key_of
from domain.access import Actor, Permission
from domain.audit.disclosures import ELDER
from domain.audit.models import Outcome
from domain.audit.service import Act, record, record_alone
from domain.audit.whose import elder_of, taken_from
from domain.crypto import Vault
from domain.errors import DomainError, NotFound, PermissionDenied
from domain.idempotency import Call, once
from domain.ids import parse_public_id
from domain.outage import is_deadlock

T = TypeVar("T")

_TRIES = 5
"""How often a change is begun that PostgreSQL ends because it and another wait for each other."""


@input_object
class MutationInput:
    """What every mutation's input has beside its own."""

    client_mutation_id: str | None = None
    """Given back in the payload."""
    idempotency_key: str | None = None
    """Your name for this call, for example a UUID, the same with every further try: for 24 hours a
    call that was answered without `userErrors` is not done again, but answered by its object as it
    is now. Of other input it is refused (IDEMPOTENCY_KEY_REUSED)."""
    dry_run: bool = False
    """Only try: `userErrors` are what they would be, but nothing is changed. The payload shows the
    object as it is: null for one that would be new."""


@output
class MutationPayload:
    """What every mutation's payload has beside its object."""

    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


Given = TypeVar("Given", bound=MutationInput)

_REPORTS = {field.name for field in dataclasses.fields(MutationPayload)}  # pyright: ignore[reportArgumentType]
_CONTROLS = {field.name for field in dataclasses.fields(MutationInput)}  # pyright: ignore[reportArgumentType]


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def mutation_input(cls: type[T]) -> type[T]:
    """An input that derives from MutationInput; the schema shows its own fields first."""
    return _own_first(input_object(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def mutation_payload(cls: type[T]) -> type[T]:
    """A payload that derives from MutationPayload; the schema shows the object first."""
    return _own_first(output(cls))


def _own_first(cls: Any) -> Any:
    cls.__strawberry_definition__.fields.sort(key=_is_shared)
    return cls


def _is_shared(field: Any) -> bool:
    return field.python_name in _CONTROLS | _REPORTS


@dataclass(frozen=True)
class Change:
    """What a verb works with.

    Parameters:
        session: the transaction's.
        vault: opens what we have sealed for the client.
        context: the operation's.
        named: the input's ``id``; empty where it has none.
        prefix: of such ids.
        fields: names that the audit trail is to have beside those of the input.
        elders: keys of those whom it concerns beside the one whose the row is: it is in the trail
            of each.
    """

    session: AsyncSession
    actor: Actor
    vault: Vault
    context: Context
    named: str
    prefix: str
    fields: set[str] = field(default_factory=set[str])
    elders: set[UUID] = field(default_factory=set[UUID])

    @property
    def key(self) -> UUID:
        """Of the object that the input names. Raises: InvalidInput(id)."""
        return key_of(self.named, self.prefix)


@dataclass(frozen=True)
class _Mutation(Generic[Given]):
    name: str
    payload: type[Any]
    node: type
    verb: Callable[[Change, Given], Awaitable[Any]]

    async def answer(self, context: Context, given: Given) -> Any:
        """The payload; its object is read anew, whatever came of it."""
        row_type, errors = row_type_of(self.node), list[UserError]()
        key = _key(given, row_type)
        try:
            key = await self._changed_in_the_end(context, given)
        except DomainError as error:
            if isinstance(error, NotFound | PermissionDenied) and not given.dry_run:
                await record_alone(
                    context.database, context.actor, context.source, [self._denied(given, key)]
                )
            errors.append(user_error(error, context))
        fields: dict[str, Any] = {
            row_type.table.name: later(context, row_type, key),
            "user_errors": errors,
            "client_mutation_id": given.client_mutation_id,
        }
        return self.payload(**fields)

    async def _changed_in_the_end(self, context: Context, given: Given) -> UUID | None:
        """The same as below; begun anew where it and another change waited for each other."""
        for _ in range(_TRIES - 1):
            try:
                return await self._changed(context, given)
            except DBAPIError as failure:
                if not is_deadlock(failure):
                    raise
        return await self._changed(context, given)

    async def _changed(self, context: Context, given: Given) -> UUID | None:
        """The key of the row that the verb has changed, now or when it was first called for."""
        call = self._call(context, given)
        async with context.transaction(dry_run=given.dry_run) as session:
            named, prefix = _named(given), row_type_of(self.node).prefix or ""
            change = Change(session, context.actor, context.vault, context, named, prefix)

            async def do() -> UUID:
                row = await self.verb(change, given)
                whose = await elder_of(session, row)
                beside = {*change.elders, taken_from(row)} - {whose, None}
                acts = [
                    self._act(given, row.id, one, change.fields)
                    for one in (*sorted(filter(None, beside)), whose)
                ]
                record(session, context.actor, context.source, acts)
                return row.id

            return await (once(session, call, do) if call else do())

    def _act(
        self, given: Given, key: UUID | None, elder_id: UUID | None, fields: Iterable[str] = ()
    ) -> Act:
        """What the audit trail says of it: names of what was given, never values."""
        table = row_type_of(self.node).table.name
        named = {
            to_camel_case(name)
            for name, one in vars(given).items()
            if one is not None and name not in _CONTROLS | {"id"}
        }
        return Act(self.name, table, key, elder_id, sorted(named.union(fields)))

    def _denied(self, given: Given, key: UUID | None) -> Act:
        """The same of what was refused, whether or not there is such an object."""
        whose = key if row_type_of(self.node).table.name == ELDER else None
        return replace(self._act(given, key, whose), outcome=Outcome.DENIED)

    def _call(self, context: Context, given: Given) -> Call | None:
        if given.idempotency_key is None:
            return None
        own = {name: one for name, one in vars(given).items() if name not in _CONTROLS}
        return Call(context.actor, given.idempotency_key, self.name, own, context.vault)


def mutation(
    payload: type[Any],
    description: str,
    *,
    node: type,
    asks: Permission,
    given: type[Given],
    which: str,
    verb: Callable[[Change, Given], Awaitable[Any]],
) -> Any:
    """A field of the type Mutation.

    Parameters:
        payload: has a field named as the object's table.
        node: the object's declared type.
        asks: what the verb asks for.
        given: the input; may name the object by ``id``, which is shown then even if nothing was
            changed.
        which: describes the argument.
        verb: the domain's; it returns the changed row. What it cannot do is a DomainError.
    """
    made = _Mutation(to_snake_case(given.__name__.removesuffix("Input")), payload, node, verb)

    async def resolve(info: Info, input: Any) -> Any:
        return await made.answer(info.context, input)

    resolve.__name__ = made.name
    argument = strawberry.argument(description=which)
    resolve.__annotations__ |= {"input": Annotated[given, argument], "return": payload}
    return strawberry.mutation(resolver=asks_for(asks)(resolve), description=description)


def _named(given: Any) -> str:
    """The global id in the input; empty where it has none."""
    return getattr(given, "id", "")


def _key(given: Any, row_type: RowType) -> UUID | None:
    """The key of the object that the input names, if it names one."""
    parsed = parse_public_id(_named(given))
    return parsed[1] if parsed and parsed[0] == row_type.prefix else None
