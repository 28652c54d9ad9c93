"""Ordinary execution of declarations: a resolver for each, all of them through DataLoaders."""

from collections.abc import Mapping
from inspect import Parameter, Signature, isawaitable, signature
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from api.context import Info
from api.plan.consents import NO_CONSENT
from api.plan.days import AsOf, day_asked_for
from api.plan.shapes import (
    Column,
    Computed,
    Consented,
    Declaration,
    GlobalId,
    Listing,
    Many,
    One,
    OneBack,
    declared,
    pointed_at,
    target_of,
    unwrapped,
)
from api.plan.unseen import note_unseen
from api.prices import priced
from api.relay import After, Before, First, Last, PageArguments
from domain.access import Role
from domain.ids import public_id


def global_id_field(prefix: str) -> StrawberryField:
    """The ``id`` field of a node."""

    def resolve(root: Any) -> Any:
        return public_id(prefix, root.id)

    return strawberry.field(
        resolver=resolve,
        description="Global id: the type's prefix and a key.",
        graphql_type=strawberry.ID,
        metadata=declared(GlobalId(prefix)),
    )


def field_for(declaration: Declaration, description: str | None) -> Any:
    """The Strawberry field that executes a declaration."""
    source = unwrapped(declaration)
    price = priced(source.points) if isinstance(source, Computed) else {}
    return strawberry.field(
        resolver=_resolver(declaration),
        description=description,
        metadata=declared(declaration) | price,
    )


def _resolver(declaration: Declaration) -> Any:
    match declaration:
        case Column():
            return _column(declaration)
        case One():
            return _one(declaration)
        case Many():
            return _many(declaration)
        case OneBack():
            return _one_back(declaration)
        case Computed():
            return _computed(declaration)
        case Listing():
            return _pages_of_parent(declaration)
        case Consented():
            return _consented(declaration)


def _column(declaration: Column) -> Any:
    name = declaration.column.key

    def resolve(root: Any) -> Any:
        return getattr(root, name)

    return resolve


def _one(declaration: One) -> Any:
    name = declaration.column.key

    async def resolve(root: Any, info: Info) -> Any:
        key = getattr(root, name)
        if key is None:
            return None
        found = await info.context.loaders.one(declaration).load(key)
        if found is None:
            info.context.mask(info, "NOT_VISIBLE")
            note_unseen(info, target_of(declaration.column), key)
        return found

    return resolve


def _many(declaration: Many) -> Any:
    key = pointed_at(declaration.column)
    if declaration.on is not None:
        return _many_of_day(declaration, key)

    async def resolve(root: Any, info: Info) -> Any:
        return await info.context.loaders.many(declaration).load(getattr(root, key))

    return resolve


def _many_of_day(declaration: Many, key: str) -> Any:
    async def resolve(root: Any, info: Info, as_of: AsOf = None) -> Any:
        loader = info.context.loaders.many(declaration, day_asked_for(as_of))
        return await loader.load(getattr(root, key))

    return resolve


def _one_back(declaration: OneBack) -> Any:
    key = pointed_at(declaration.column)

    async def resolve(root: Any, info: Info) -> Any:
        return await info.context.loaders.one_back(declaration).load(getattr(root, key))

    return resolve


def _computed(declaration: Computed) -> Any:
    asked, elder, named = declaration.permission, declaration.discloses, declaration.named

    def resolve(root: Any, info: Info, **arguments: Any) -> Any:
        context = info.context
        key = getattr(root, elder.key) if elder is not None else None
        if asked is not None and not context.actor.may(asked):
            context.mask(info, "NOT_PERMITTED")
            if named and key:
                context.refuse(key, *named(arguments))
            return None
        value = declaration.function(root, context, **arguments)
        if key and value is not None:
            name = f"{info.path.typename}.{info.field_name}"
            what = named(arguments) if named else (name, None)
            context.disclose(key, *what, table=declaration.disclosed)
        return value

    if declaration.own:
        return _knowing({name: column.key for name, column in declaration.own.items()}, resolve)
    _, _, *given = signature(declaration.function).parameters.values()
    return taking(resolve, given)


def _knowing(accounts: Mapping[str, str], resolve: Any) -> Any:
    """A resolver that is told whether accounts are the actor's own."""

    async def knowing(root: Any, info: Info) -> Any:
        loader = info.context.loaders.own()
        own = await loader.load_many([getattr(root, account) for account in accounts.values()])
        return resolve(root, info, **dict(zip(accounts, own, strict=True)))

    return knowing


def _consented(declaration: Consented) -> Any:
    inner, elder = _resolver(declaration.declaration), declaration.elder.key
    takes_info = "info" in signature(inner).parameters

    async def resolve(root: Any, info: Info, **arguments: Any) -> Any:
        context = info.context
        if context.actor.role is Role.FAMILY:
            scopes = await context.loaders.consents().load(getattr(root, elder))
            if declaration.scope not in scopes:
                context.mask(info, NO_CONSENT)
                return None
        found = inner(root, info, **arguments) if takes_info else inner(root)
        return await found if isawaitable(found) else found

    own = signature(resolve).parameters
    given = [one for name, one in signature(inner).parameters.items() if name not in own]
    return taking(resolve, given)


def taking(resolve: Any, given: list[Parameter]) -> Any:
    """A resolver with any arguments as one that takes these."""
    own = signature(resolve).parameters.values()
    kept = [one for one in own if one.kind is not Parameter.VAR_KEYWORD]
    resolve.__signature__ = Signature([*kept, *given])
    resolve.__annotations__ |= {one.name: one.annotation for one in given}
    return resolve


def _pages_of_parent(declaration: Listing) -> Any:
    key = pointed_at(declaration.column)

    async def resolve(
        root: Any,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        page = PageArguments(first, after, last, before)
        return await info.context.loaders.pages(declaration, page).load(getattr(root, key))

    return resolve
