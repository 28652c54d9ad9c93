"""Family links and consents as clients see them."""

from datetime import datetime

from api.accounts.types import Account
from api.describe import enumeration
from api.elders.types import Elder
from api.family.consents import Consent, shown
from api.plan.declare import computed, connection, descending, node, one, record
from api.relay import Connection, Node
from domain.access import ConsentScope
from domain.accounts.models import Relation
from domain.family import models
from domain.family.consents import open_consents
from domain.family.lifecycle import ConsentBasis, ConsentChange, LinkState
from domain.family.visibility import consent_log_visible, family_link_visible

enumeration(
    LinkState,
    "Where a family link has got to.",
    name="FamilyLinkState",
    REQUESTED="待同意 asked for.",
    ACTIVE="已关联 linked: the elder is seen, as far as they consent.",
    REFUSED="已拒绝 refused.",
    ENDED="已解除 ended by either side.",
)

enumeration(
    ConsentChange,
    "What was done about a consent.",
    name="ConsentAction",
    GRANTED="同意 given, or given until another day.",
    WITHDRAWN="撤回 withdrawn.",
)

enumeration(
    ConsentBasis,
    "On whose word a consent was given or withdrawn.",
    ELDER="本人 the elder's own.",
    GUARDIAN="监护人 the guardian's.",
    FAMILY="家属 of the one who saw it, who gives it up.",
    SIGNED_PAPER="书面同意 a paper that the elder has signed; a photo of it is kept.",
)


@record(models.ConsentLog, visible=consent_log_visible)
class ConsentChanged:
    """Something that was done about a consent."""

    at: datetime
    """When."""
    scope: ConsentScope
    """What is seen by it."""
    change: ConsentChange
    """What was done."""
    until: datetime | None
    """Until when it was given."""
    account: Account | None = one(models.ConsentLog.account_id)
    """Who did it; null where you may not see them."""
    basis: ConsentBasis
    """On whose word."""


@node(models.FamilyLink, visible=family_link_visible)
class FamilyLink(Node):
    """An account that looks after an elder, asks to, or did."""

    account: Account | None = one(models.FamilyLink.account_id)
    """Who; null where you may not see them."""
    elder: Elder | None = one(models.FamilyLink.elder_id)
    """Whom; null for the one who is not linked yet, or no longer."""
    relation: Relation
    """How they are related to the elder."""
    state: LinkState
    """Where it has got to."""
    requested_at: datetime
    """When it was asked for."""
    linked_at: datetime | None
    """When it was accepted."""
    ended_at: datetime | None
    """When it was refused, or ended."""
    consents: list[Consent] = computed(
        lambda link, context: shown(open_consents(link, context.now)),
        needs=[*models.UNTIL.values()],
    )
    """What the elder lets them see now. A guardian sees everything, without any."""
    history: Connection[ConsentChanged] = connection(
        models.ConsentLog.link_id, order=descending(models.ConsentLog.id)
    )
    """What was done about consents, newest first."""
