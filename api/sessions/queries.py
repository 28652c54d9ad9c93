"""One's own login sessions."""

import strawberry

from api.plan.criteria import one_of
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.sessions.types import LoginSession
from domain.sessions import models


@filter_input
class LoginSessionFilter(Filter):
    """Which sessions."""

    ended_why: list[models.SessionEnd] | None = one_of(models.LoginSession.ended_why)
    """Only those that ended for one of these reasons; one alone needs no brackets."""


@strawberry.type
class SessionQueries:
    """Root fields on login sessions."""

    login_session: LoginSession | None = by_id(
        models.LoginSession,
        description="A login session of yours by id; null if there is none to be seen.",
    )
    login_sessions: Connection[LoginSession] = listing(
        models.LoginSession,
        order=descending(models.LoginSession.id),
        filter=LoginSessionFilter,
        description="Where you are signed in, and where you were lately, the newest first; in "
        "whichever of your accounts.",
    )
