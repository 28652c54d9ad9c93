"""The bridges that share a tenant's devices: who is there, and which view of that holds.

A view is a numbered list of members. A new one is made when all living members have settled in the
last, so that at most two are in use at a time. ``devices/sharing.py`` says what a bridge does
meanwhile, and why nothing is lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ARRAY, Column, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.tables import Table, moment

LEASE: Final = timedelta(seconds=10)
"""A bridge that has not been seen for so long is gone."""


class BridgeMember(Table, table=True):
    """A bridge, by the client id under which the broker keeps its session.

    Parameters:
        adopted: the newest view that it stores by, beside the one before.
        settled: the newest view that it stores by alone.
    """

    tenant: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_column=moment(default_now=True))
    adopted: int = 0
    settled: int = 0


class BridgeView(Table, table=True):
    """Who shares a tenant's devices, from some moment on."""

    tenant: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    members: list[str] = Field(sa_column=Column(ARRAY(Text()), nullable=False))


class Member(NamedTuple):
    """A bridge as the others see it; ``alive`` is whether it was seen lately."""

    name: str
    adopted: int
    settled: int
    alive: bool


class Standing(NamedTuple):
    """How things stand.

    Parameters:
        epoch: the newest view's number; 0 before there is one.
        members: of the newest view.
        before: the members of the view before it; empty where there was none.
    """

    epoch: int
    members: tuple[str, ...]
    before: tuple[str, ...]
    bridges: tuple[Member, ...]


async def note_presence(
    session: AsyncSession, tenant: str, name: str, adopted: int, settled: int
) -> None:
    """Say that a bridge is connected to its broker and alive, and how far it is."""
    values = {"tenant": tenant, "name": name, "adopted": adopted, "settled": settled}
    said = insert(BridgeMember).values(**values)
    news = {"adopted": adopted, "settled": settled, "seen_at": func.now()}
    await session.execute(said.on_conflict_do_update(index_elements=["tenant", "name"], set_=news))


async def standing(session: AsyncSession, tenant: str) -> Standing:
    """How a tenant's bridges stand."""
    views = (
        await session.execute(
            select(col(BridgeView.epoch), col(BridgeView.members))
            .where(col(BridgeView.tenant) == tenant)
            .order_by(col(BridgeView.epoch).desc())
            .limit(2)
        )
    ).all()
    bridges = await session.execute(
        select(
            col(BridgeMember.name),
            col(BridgeMember.adopted),
            col(BridgeMember.settled),
            col(BridgeMember.seen_at) > func.now() - LEASE,
        )
        .where(col(BridgeMember.tenant) == tenant)
        .order_by(col(BridgeMember.name))
    )
    epoch, members = views[0] if views else (0, ())
    before = views[1].members if len(views) > 1 else ()
    found = tuple(Member(*row) for row in bridges)
    return Standing(epoch, tuple(members), tuple(before), found)


async def propose(session: AsyncSession, tenant: str, epoch: int, members: Sequence[str]) -> None:
    """Make a view, unless another bridge was faster; older ones than the last are dropped."""
    view = insert(BridgeView).values(tenant=tenant, epoch=epoch, members=list(members))
    await session.execute(view.on_conflict_do_nothing())
    old = col(BridgeView.epoch) < epoch - 1
    await session.execute(delete(BridgeView).where(col(BridgeView.tenant) == tenant, old))


async def forget(session: AsyncSession, tenant: str, name: str) -> None:
    """Drop a bridge that is gone and whose session has been emptied, unless it is back."""
    await session.execute(
        delete(BridgeMember).where(
            col(BridgeMember.tenant) == tenant,
            col(BridgeMember.name) == name,
            col(BridgeMember.seen_at) < func.now() - LEASE,
        )
    )
