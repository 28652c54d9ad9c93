"""A whole operation by plans: one for each of its root fields."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql.execution.values import VariableValues

from api.plan.plans import KeyedRows, Plan, Plans, Scope, by_key, of_page
from api.plan.root_shapes import AnyById, ById, Oneself, Rows
from api.plan.running import Path, Run
from api.plan.selection import Collector, Picked, Unplanned
from api.plan.shapes import RowType, row_type_of_prefix, row_type_of_table
from api.plan.sites import ArgumentsOf
from api.plan.source import Source
from api.plan.values import Reference, ValueWriter
from api.relay import MAX_PAGE, key_of
from domain.errors import InvalidInput
from domain.ids import parse_public_id
from domain.reasons import Reason

MAX_VARIANTS = 32
"""How many variants of an operation are kept: by role, and by what its directives leave."""

MAX_ROOTS = 20
"""Each has a statement of its own, and they run side by side."""

Resolve = Callable[[Picked], Awaitable[Any]]
"""Runs the resolver of a root field that is not declared, and gives its value."""


class Root(Protocol):
    """One root field, planned."""

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        """Its part of the answer. Raises: Unplanned, and whatever else makes it null."""
        ...


@dataclass(frozen=True)
class _Typename:
    name: str

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        return self.name


@dataclass(frozen=True)
class _Row:
    """A row by its key.

    Parameters:
        key: the key that a request asks for.
    """

    plans: Plans
    key: Callable[[Run, VariableValues], Any]

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        return await _row(self.plans, self.key(run, variables), variables, path, run)


@dataclass
class _AnyRow:
    """A row of any type, or several of them."""

    picked: Picked
    declaration: AnyById
    scope: Scope
    _plans: dict[tuple[str, bool], Plans] = field(default_factory=dict[tuple[str, bool], Plans])

    def __post_init__(self) -> None:
        self._arguments = ArgumentsOf(self.picked)

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        given = self._arguments.read(variables)[self.declaration.argument]
        if not self.declaration.several:
            row_type, key = _parsed(given)
            return await _row(self._of(row_type, several=False), key, variables, path, run)
        if len(given) > MAX_PAGE:
            raise InvalidInput("ids", reason=Reason.AT_MOST, most=MAX_PAGE)
        return await self._several([_parsed(one) for one in given], variables, path, run)

    async def _several(
        self, asked: list[tuple[RowType, Any]], variables: VariableValues, path: Path, run: Run
    ) -> list[Any]:
        keys: defaultdict[str, dict[Any, None]] = defaultdict(dict)
        types: dict[str, RowType] = {}
        for row_type, key in asked:
            types[row_type.table.name] = row_type
            keys[row_type.table.name][key] = None
        found = await asyncio.gather(
            *(
                _rows(self._of(types[name], several=True), list(some), variables, run)
                for name, some in keys.items()
            )
        )
        rows = dict(zip(keys, found, strict=True))
        return [
            rows[row_type.table.name].shown(key, (path, number), run)
            for number, (row_type, key) in enumerate(asked)
        ]

    def _of(self, row_type: RowType, *, several: bool) -> Plans:
        known = self._plans.get((row_type.table.name, several))
        if known is None:
            kind: Any = self.picked.collector.schema.get_type(row_type.cls.__name__)
            known = by_key(row_type, self.picked.below(kind), self.scope, several=several)
            self._plans[row_type.table.name, several] = known
        return known


@dataclass(frozen=True)
class _Page:
    """A connection over a whole table."""

    plans: Plans

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        plan, values = self.plans.plan(variables, [])
        await _placed(plan, run)
        rows = await plan.main.rows(run.context, values)
        total = (await plan.count.rows(run.context, values))[0][0] if plan.count else None
        return plan.show(rows, path, values, run, total)


class _Value:
    """A value that a resolver makes: a payload, a quote, an event."""

    def __init__(self, picked: Picked, scope: Scope) -> None:
        def keyed(row_type: RowType, at: Picked, *, several: bool) -> Plans:
            return by_key(row_type, at.below(), scope, several=several)

        self._picked = picked
        source = Source()
        writer = ValueWriter(source, keyed)
        shown = writer.value(picked.kind, picked, "s", "p")
        name = source.function("s, p, o", f"return {shown}")
        self._references = writer.references
        self._show = source.compiled()(name)

    async def answer(
        self, run: Run, variables: VariableValues, path: Path, resolve: Resolve
    ) -> Any:
        value = await resolve(self._picked)
        if self._references:
            run.wanted, known = defaultdict(dict), len(run.hidden)
            self._show(value, path, run)
            wanted, run.wanted = run.wanted, None
            # Shown once more below; what other root fields have hidden stays.
            del run.hidden[known:]
            for reference, keys in wanted.items():
                run.rows[reference] = await _pointed_at(reference, list(keys), variables, run)
        return self._show(value, path, run)


class PlannedOperation:
    """An operation for one scope, without the fields that its directives leave out.

    Parameters:
        collector: of what is left.

    Raises: Unplanned where a root field cannot be planned.
    """

    def __init__(self, collector: Collector, scope: Scope) -> None:
        picks = collector.root()
        if len(picks) > MAX_ROOTS:
            raise Unplanned("too many root fields")
        self._roots = [(one, _root(one, scope)) for one in picks]

    async def answer(self, run: Run, variables: VariableValues, resolve: Resolve) -> dict[str, Any]:
        """The answer's data. Raises: Unplanned, and whatever makes a field null."""
        if len(self._roots) == 1:
            ((picked, root),) = self._roots
            return {picked.key: await root.answer(run, variables, (None, picked.key), resolve)}
        answers = await asyncio.gather(
            *(
                root.answer(run, variables, (None, picked.key), resolve)
                for picked, root in self._roots
            ),
            # None goes on behind the back of whoever executes the operation anew.
            return_exceptions=True,
        )
        for failure in answers:
            if isinstance(failure, BaseException):
                raise failure
        return {picked.key: one for (picked, _), one in zip(self._roots, answers, strict=True)}


def _root(picked: Picked, scope: Scope) -> Root:
    match picked.declaration:
        case ById(model):
            row_type, arguments = row_type_of_table(model.__table__), ArgumentsOf(picked)
            prefix = row_type.prefix
            assert prefix is not None

            def key(_: Run, variables: VariableValues) -> Any:
                return key_of(arguments.read(variables)["id"], prefix)

            return _Row(by_key(row_type, picked.below(), scope, several=False), key)
        case Oneself(model):
            row_type = row_type_of_table(model.__table__)
            plans = by_key(row_type, picked.below(), scope, several=False)
            return _Row(plans, lambda run, _: run.context.actor.id)
        case AnyById() as declaration:
            return _AnyRow(picked, declaration, scope)
        case Rows() as declaration:
            return _Page(of_page(picked, declaration, scope))
        case _ if picked.name == "__typename":
            return _Typename(picked.parent.name)
        case _ if picked.strawberry is None:
            raise Unplanned(f"{picked.name} asks about the schema")
        case _:
            return _Value(picked, scope)


def _parsed(global_id: str) -> tuple[RowType, Any]:
    parsed = parse_public_id(global_id)
    row_type = row_type_of_prefix(parsed[0]) if parsed else None
    if parsed is None or row_type is None:
        raise InvalidInput("id", reason=Reason.NO_GLOBAL_ID)
    return row_type, parsed[1]


async def _row(plans: Plans, key: Any, variables: VariableValues, path: Path, run: Run) -> Any:
    plan, values = plans.plan(variables, [key])
    await _placed(plan, run)
    rows = await plan.main.rows(run.context, values)
    return plan.show(rows[0], path, values, run) if rows else None


async def _rows(plans: Plans, keys: list[Any], variables: VariableValues, run: Run) -> KeyedRows:
    plan, values = plans.plan(variables, [keys])
    await _placed(plan, run)
    return plan.show(await plan.main.rows(run.context, values), values)


async def _pointed_at(
    reference: Reference, keys: list[Any], variables: VariableValues, run: Run
) -> KeyedRows:
    """The rows of some keys; of one by plain equality, as PostgreSQL plans it once for all."""
    if len(keys) > 1:
        return await _rows(reference.several, keys, variables, run)
    plan, values = reference.single.plan(variables, keys)
    await _placed(plan, run)
    rows = await plan.main.rows(run.context, values)
    found = {keys[0].hex: rows[0]} if rows else {}
    return KeyedRows(found, plan.show, values)


async def _placed(plan: Plan, run: Run) -> None:
    if plan.positions:
        await run.place()
