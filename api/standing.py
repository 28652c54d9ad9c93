"""What a connection's newest token says; a subscription that is under way goes by it."""

from datetime import UTC, datetime
from uuid import UUID

from api.auth.tokens import Grant, InvalidToken


class Standing:
    """The grant of a socket or an event stream.

    Parameters:
        grant: of the token that it began with.
    """

    __slots__ = ("grant",)

    def __init__(self, grant: Grant) -> None:
        self.grant = grant

    @property
    def client(self) -> UUID:
        """Whose connection it is: the token's subject."""
        return self.grant.actor.id

    @property
    def seconds_left(self) -> float:
        """Until the token ends; 0 where it has."""
        return max(0.0, (self.grant.expires_at - datetime.now(UTC)).total_seconds())

    def renew(self, grant: Grant) -> None:
        """Go on as another token says.

        Raises: InvalidToken where it is somebody else's.
        """
        if grant.actor.id != self.client:
            raise InvalidToken
        self.grant = grant
