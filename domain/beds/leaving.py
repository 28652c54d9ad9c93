"""How a stay that has not begun ends."""

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.beds.lifecycle import STAY_LIFECYCLE, StayAction
from domain.beds.log import note_change
from domain.beds.models import BedStay
from domain.calendar import now


def give_back(session: AsyncSession, stay: BedStay, actor: Actor | None) -> None:
    """Give all its days back.

    Parameters:
        stay: locked, HELD or RESERVED.
        actor: None for time.
    """
    stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.END)
    stay.ends_on, stay.held_until = stay.starts_on, None
    stay.ended_by, stay.ended_at = actor.id if actor else None, now()
    note_change(session, stay, StayAction.END, actor)
