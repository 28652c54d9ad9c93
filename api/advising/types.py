"""Whom advisors answer for, and what these need, as clients see it."""

from datetime import date, datetime

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.plan.declare import computed, node, one
from api.relay import Node
from domain.advising import models
from domain.advising.lifecycle import CareNeedAction, CareNeedState
from domain.advising.needs import NOTE, available_actions
from domain.advising.visibility import care_need_visible, caseload_visible
from domain.crypto import place

enumeration(
    models.CareNeedSource,
    "How a need became known.",
    ASSESSMENT="能力评估 by an assessment.",
    ELDER="长者 the elder has said so.",
    FAMILY="家属 the family has said so.",
    VISIT="探访 on a visit.",
    OTHER="其他.",
)

enumeration(
    CareNeedState,
    "What has become of a need.",
    OPEN="待满足 nobody helps yet.",
    MET="已满足 somebody helps.",
    DECLINED="已谢绝 the elder or the family does not want help.",
    WITHDRAWN="已撤销 it was none.",
)

enumeration(
    CareNeedAction,
    "What is done about a need.",
    MEET="满足: somebody helps.",
    DECLINE="谢绝: the elder or the family does not want help.",
    WITHDRAW="撤销: it was none.",
)


@node(models.Caseload, visible=caseload_visible)
class Caseload(Node):
    """That an advisor answers for an elder, for some time; of an elder one at a time."""

    elder: Elder | None = one(models.Caseload.elder_id)
    """For whom; null where you may not see the elder any more."""
    account: Account | None = one(models.Caseload.account_id)
    """The advisor; null where you may not see them."""
    since: date
    """From which day on."""
    until: date | None
    """The day on which they do so no more; null where no end is set; the same as `since` for one
    that was ended before."""
    set_at: datetime
    """When it was set."""
    set_by: Account | None = one(models.Caseload.set_by)
    """Who set it; null where you may not see them."""
    ended_at: datetime | None
    """When it was ended; null where nobody has."""
    ended_by: Account | None = one(models.Caseload.ended_by)
    """Who ended it; null where you may not see them."""
    version: int
    """How often it has been written; `caseloadEnd` and `caseloadHandOver` take it as
    `expectedVersion`."""


def _note(need: models.CareNeed, context: Context) -> str | None:
    if need.note_cipher is None:
        return None
    return context.vault.open(need.note_cipher, place(NOTE, need.elder_id))


def _actions(need: models.CareNeed, context: Context) -> list[CareNeedAction]:
    return available_actions(context.actor, need.state)


@node(models.CareNeed, visible=care_need_visible)
class CareNeed(Node):
    """What an elder needs help with."""

    elder: Elder | None = one(models.CareNeed.elder_id)
    """Who; null where you may not see the elder."""
    kind: models.CareNeedKind
    """With what."""
    urgency: models.CareNeedUrgency
    """How soon."""
    source: models.CareNeedSource
    """How it became known."""
    note: str | None = computed(
        _note,
        needs=[models.CareNeed.elder_id, models.CareNeed.note_cipher],
        discloses=models.CareNeed.elder_id,
    )
    """What was found, in words; null where nothing was written. Who is shown it is in the audit
    trail."""
    state: CareNeedState
    """What has become of it."""
    opened_at: datetime
    """When it was entered."""
    opened_by: Account | None = one(models.CareNeed.opened_by)
    """Who entered it; null where you may not see them."""
    closed_at: datetime | None
    """When it was met, declined or withdrawn; null where it is open."""
    closed_by: Account | None = one(models.CareNeed.closed_by)
    """Who said so; null where you may not see them."""
    available_actions: list[CareNeedAction] = computed(_actions, needs=[models.CareNeed.state])
    """What you may do about it now."""
