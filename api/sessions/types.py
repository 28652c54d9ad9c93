"""Login sessions as the person sees them who is signed in."""

from datetime import datetime

from api.context import Context
from api.describe import enumeration
from api.plan.declare import computed, node
from api.relay import Node
from domain.sessions import models
from domain.sessions.visibility import session_visible

enumeration(
    models.SessionEnd,
    "Why a session has ended before its time.",
    name="LoginSessionEndReason",
    LOGOUT="Signed out on the device.",
    LOGOUT_EVERYWHERE="Signed out on all devices.",
    ENDED_BY_PERSON="Ended from another device, by `loginSessionEnd`.",
    PROVIDER_LOGOUT="Ended by the organisation whose account it was.",
    REUSED="A refresh token was shown twice: it may have been stolen, so the session was ended.",
)


def _is_current(session: models.LoginSession, context: Context) -> bool:
    return session.id == context.session_id


@node(models.LoginSession, visible=session_visible)
class LoginSession(Node):
    """A device on which you are, or were, signed in; remembered for 30 days after its end."""

    device: str | None
    """What the device called itself."""
    address: str | None
    """The address from which it was used last."""
    is_current: bool = computed(_is_current, needs=[models.LoginSession.id])
    """Whether it is the one by which you ask."""
    created_at: datetime
    """When you signed in."""
    last_used_at: datetime
    """When it last fetched new tokens; access tokens last for minutes."""
    expires_at: datetime
    """When it ends at the latest."""
    ended_at: datetime | None
    """When it was ended; null where it was not."""
    ended_why: models.SessionEnd | None
    """Why; null where it was not ended before its time."""
