"""What two entries have of one kind, and one entry has once: tags and the order of calling."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OVERLAPPING = """
UPDATE elder_tag AS this SET withdrawn_at = now(), withdrawn_by = :by
WHERE elder_id = :whose AND withdrawn_at IS NULL AND EXISTS (
    SELECT FROM elder_tag AS other
    WHERE other.elder_id = :to AND other.tag = this.tag AND other.withdrawn_at IS NULL
        AND daterange(other.since, other.until) && daterange(this.since, this.until))
RETURNING jsonb_build_object('id', id)
"""
_REST = """
INSERT INTO elder_tag (elder_id, tag, since, until, source, entered_by)
SELECT :to, this.tag, lower(part), upper(part), this.source, :by
FROM elder_tag AS this
CROSS JOIN LATERAL (
    SELECT range_agg(daterange(other.since, other.until)) AS known FROM elder_tag AS other
    WHERE other.elder_id = :to AND other.tag = this.tag AND other.withdrawn_at IS NULL
) AS theirs
CROSS JOIN LATERAL unnest(
    datemultirange(daterange(this.since, this.until)) - theirs.known) AS part
WHERE this.elder_id = :whose AND this.withdrawn_by = :by AND this.withdrawn_at = now()
RETURNING jsonb_build_object('id', id)
"""
_BELIEVED_AGAIN = """
UPDATE elder_tag SET withdrawn_at = NULL, withdrawn_by = NULL
WHERE elder_id = :whose AND id = ANY(:ids) RETURNING id
"""
_NOT_ADDED = """
DELETE FROM elder_tag WHERE elder_id = :whose AND id = ANY(:ids) AND withdrawn_at IS NULL
RETURNING id
"""
_ASIDE = "UPDATE contact SET calling_order = calling_order + :far WHERE elder_id = :whose"
_IN_ORDER = """
UPDATE contact AS this SET calling_order = ordered.place
FROM (SELECT id, row_number() OVER (ORDER BY calling_order) AS place FROM contact
      WHERE elder_id = :whose) AS ordered
WHERE ordered.id = this.id
"""
_FAR = 1_000


async def join_tags(
    session: AsyncSession, by: UUID, whose: UUID, to: UUID
) -> tuple[list[Any], list[Any]]:
    """Withdraw an elder's periods that overlap another's of the same tag, and enter with the other
    what of them is not known there.

    Returns: keys of what was withdrawn, and of what was entered.
    """
    values = {"by": by, "whose": whose, "to": to}
    withdrawn = list((await session.execute(text(_OVERLAPPING), values)).scalars())
    added = list((await session.execute(text(_REST), values)).scalars()) if withdrawn else []
    return withdrawn, added


async def part_tags(
    session: AsyncSession, whose: UUID, to: UUID, withdrawn: list[Any], added: list[Any]
) -> bool:
    """The opposite, once the rows are the one's again.

    Returns: whether all is as it was: nobody has withdrawn meanwhile what was entered.
    """
    gone = await session.execute(
        text(_NOT_ADDED), {"whose": to, "ids": [UUID(one["id"]) for one in added]}
    )
    back = await session.execute(
        text(_BELIEVED_AGAIN), {"whose": whose, "ids": [UUID(one["id"]) for one in withdrawn]}
    )
    return (len(gone.all()), len(back.all())) == (len(added), len(withdrawn))


async def call_last(session: AsyncSession, whose: UUID) -> None:
    """Put an elder's contacts behind all that another may have."""
    await session.execute(text(_ASIDE), {"whose": whose, "far": 2 * _FAR})


async def call_in_order(session: AsyncSession, whose: UUID) -> None:
    """Number an elder's contacts anew, without a gap: first past all places, since PostgreSQL
    looks at each row at once."""
    await session.execute(text(_ASIDE), {"whose": whose, "far": 10 * _FAR})
    await session.execute(text(_IN_ORDER), {"whose": whose})
