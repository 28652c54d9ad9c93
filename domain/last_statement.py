"""The last statement of a write: what it tells, and what the audit trail keeps of it.

One statement for both, as each way to the database and back is a tenth of a small write.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain import outbox
from domain.audit import service as audit

_KEEP = audit.WRITE.format(acts=":acts")

_TELL = text(f"WITH {outbox.TELL}")
_NOTE = text(f"WITH {_KEEP} SELECT 1")
_NOTE_AND_TELL = text(f"WITH {_KEEP}, {outbox.TELL}")


async def write(session: AsyncSession) -> None:
    """Write the recorded events and acts; nothing else may follow in the transaction."""
    acts, events = audit.take_recorded(session), outbox.take_recorded(session)
    if acts and events:
        await session.execute(_NOTE_AND_TELL, {"acts": acts, **events})
    elif events:
        await session.execute(_TELL, events)
    elif acts:
        await session.execute(_NOTE, {"acts": acts})
