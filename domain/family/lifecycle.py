"""A link is asked for by the one and granted by the other; whoever is refused may ask anew, by
another link. What the family then sees is a matter of consents, each with its own end."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class LinkState(StrEnum):
    """Where a family link has got to."""

    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class LinkAction(StrEnum):
    """What may happen to a family link."""

    ACCEPT = "ACCEPT"
    REFUSE = "REFUSE"
    END = "END"
    GRANT = "GRANT"
    WITHDRAW = "WITHDRAW"


LINK_LIFECYCLE = Lifecycle(
    {
        (LinkState.REQUESTED, LinkAction.ACCEPT): LinkState.ACTIVE,
        (LinkState.REQUESTED, LinkAction.REFUSE): LinkState.REFUSED,
        # Whoever has asked may think better of it.
        (LinkState.REQUESTED, LinkAction.END): LinkState.ENDED,
        (LinkState.ACTIVE, LinkAction.END): LinkState.ENDED,
        (LinkState.ACTIVE, LinkAction.GRANT): LinkState.ACTIVE,
        (LinkState.ACTIVE, LinkAction.WITHDRAW): LinkState.ACTIVE,
    }
)

PERMISSION_FOR = {
    LinkAction.ACCEPT: Permission.FAMILY_LINK_DECIDE,
    LinkAction.REFUSE: Permission.FAMILY_LINK_DECIDE,
    LinkAction.END: Permission.FAMILY_LINK_END,
    LinkAction.GRANT: Permission.CONSENT_GRANT,
    LinkAction.WITHDRAW: Permission.CONSENT_WITHDRAW,
}
"""What each action asks for."""

GIVEN_UP = frozenset({LinkAction.END, LinkAction.WITHDRAW})
"""What whoever is linked may do with the link: give up, but not take."""


class ConsentChange(StrEnum):
    """What an elder, or somebody for them, has done about one scope."""

    GRANTED = "GRANTED"
    WITHDRAWN = "WITHDRAWN"


class ConsentBasis(StrEnum):
    """On whose word."""

    ELDER = "ELDER"
    GUARDIAN = "GUARDIAN"
    FAMILY = "FAMILY"
    SIGNED_PAPER = "SIGNED_PAPER"
