"""What people do about their login sessions."""

import strawberry

from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.sessions.types import LoginSession
from domain.access import Permission
from domain.sessions import service


@mutation_input
class LoginSessionEndInput(MutationInput):
    """Which session to end."""

    id: strawberry.ID
    """The session."""


@mutation_payload
class LoginSessionEndPayload(MutationPayload):
    """What came of it."""

    login_session: LoginSession | None
    """The session as it is now; null if there is none to be seen."""


@strawberry.type
class SessionMutations:
    """Changes to login sessions."""

    login_session_end = mutation(
        LoginSessionEndPayload,
        "Sign out on one of your devices, for example a phone that was lost: its tokens are void "
        "at once. Ending one that has ended does nothing.",
        node=LoginSession,
        asks=Permission.LOGIN_SESSION_END,
        given=LoginSessionEndInput,
        which="Which session.",
        verb=lambda change, _: service.end_own(change.session, change.actor, change.key),
    )
