"""Rows of one kind are given to another elder, as far as they can stand beside the other's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from domain.crypto import Vault
from domain.merges.colliding import colliding
from domain.merges.health import say_anew
from domain.merges.rows import ONLY_ADDED, Belonging, keys_of, try_to_move


async def give(
    session: AsyncSession, vault: Vault, one: Belonging, whose: UUID, to: UUID
) -> tuple[list[Any], list[Any]]:
    """Give all rows of one kind that an elder has.

    Returns: keys of those that are the other's now, and of those that cannot be.
    """
    keys = await keys_of(session, one, whose)
    if not keys or one.table.name in ONLY_ADDED:
        return [], keys
    await say_anew(session, vault, one, to, keys)
    together = await try_to_move(session, vault, one, whose, to, keys)
    if together is not None:
        return together, []
    stuck = await colliding(session, one, whose, to)
    rest = _without(keys, stuck)
    together = await try_to_move(session, vault, one, whose, to, rest) if stuck else None
    if together is not None:
        return together, stuck
    moved = list[Any]()
    for key in rest:
        alone = await try_to_move(session, vault, one, whose, to, [key])
        moved += alone or []
        stuck += [key] if alone is None else []
    return moved, stuck


def _without(keys: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    # Keys are objects; PostgreSQL writes each in one way.
    known = {orjson.dumps(one) for one in others}
    return [one for one in keys if orjson.dumps(one) not in known]
