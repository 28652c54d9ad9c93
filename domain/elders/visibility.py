"""Which elders a role sees, and the rules for whatever belongs to an elder."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.accounts.models import Account
from domain.advising.days import advised_on
from domain.advising.models import Caseload
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm
from domain.assistance.models import AssistanceCase
from domain.beds.lifecycle import IN_BED
from domain.beds.models import Bed, BedStay
from domain.elders.models import (
    Contact,
    Elder,
    ElderLog,
    ElderTag,
    Household,
    HouseholdMember,
)
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, FamilyLink
from domain.row_access import (
    EVERY_ROW,
    PUBLIC,
    RowAccess,
    RowRule,
    Rules,
    either,
    in_region,
    region_staff,
)
from domain.tables import district_today
from domain.visits.lifecycle import CLAIMED_STATES, KNOWN_AFTERWARDS
from domain.visits.models import VisitTask


def _with_elder(elder_id: Any) -> Any:
    """What belongs to an elder is seen with the elder; the elder is seen for themselves."""
    return None if elder_id is col(Elder.id) else elder_id


def own(elder_id: Any) -> RowRule:
    """Rows of the elder who asks.

    Parameters:
        elder_id: the row's column with the elder's key; so below.
    """

    def predicate(actor: Actor) -> Any:
        return elder_id.in_(select(col(Account.elder_id)).where(col(Account.id) == actor.id))

    return RowRule("one's own", predicate, _with_elder(elder_id))


def linked(actor: Actor, scope: ConsentScope | None = None) -> ColumnElement[bool]:
    """Whether a family link is one that shows its elder to the actor now.

    Parameters:
        scope: what else it must show; None for nothing.
    """
    # A consent stands in no link but an active one.
    shows = UNTIL[scope] > func.now() if scope else col(FamilyLink.state) == LinkState.ACTIVE
    return and_(col(FamilyLink.account_id) == actor.id, shows)


def of_linked_elders(elder_id: Any, scope: ConsentScope | None = None) -> RowRule:
    """Rows of the elders whom the actor is linked to.

    Parameters:
        scope: what these must have consented to; None for rows that every link shows.
    """

    def predicate(actor: Actor) -> Any:
        links = select(col(FamilyLink.elder_id)).where(linked(actor, scope))
        # Of the table itself, also where the rows are links.
        return elder_id.in_(links.correlate(None))

    words = f"of linked elders who consent to {scope.value}" if scope else "of linked elders"
    return RowRule(words, predicate, _with_elder(elder_id), consent=scope)


def of_regions_elders(elder_id: Any) -> RowRule:
    """Rows of the elders who live in the actor's region."""
    seen = in_region(col(Elder.region_code))
    return RowRule(
        "of the region's elders",
        lambda actor: elder_id.in_(select(col(Elder.id)).where(seen.predicate(actor))),
        _with_elder(elder_id),
    )


def of_claimed_visits(elder_id: Any) -> RowRule:
    """Rows of the elders whose visit the actor has claimed, for as long as it is claimed, but no
    longer than a day after its time: who never came has no more business with the elder."""

    def predicate(actor: Actor) -> Any:
        claimed = select(col(VisitTask.elder_id)).where(
            col(VisitTask.claimed_by) == actor.id,
            col(VisitTask.state).in_(CLAIMED_STATES),
            col(VisitTask.scheduled_to) > func.now() - KNOWN_AFTERWARDS,
        )
        return elder_id.in_(claimed)

    return RowRule("of visits claimed now", predicate, _with_elder(elder_id))


def of_alarms_sent_to(elder_id: Any) -> RowRule:
    """Rows of the elders to whom the actor was sent, until the alarm is over."""

    def predicate(actor: Actor) -> Any:
        sent = select(col(Alarm.elder_id)).where(
            col(Alarm.dispatched_to) == actor.id, col(Alarm.state) != AlarmState.RESOLVED
        )
        return elder_id.in_(sent)

    return RowRule("of open alarms that one was sent to", predicate, _with_elder(elder_id))


def of_residents(elder_id: Any) -> RowRule:
    """Rows of the elders who lie in a bed of the actor's own station."""

    def predicate(actor: Actor) -> Any:
        station = select(col(Account.station_id)).where(col(Account.id) == actor.id)
        residents = (
            select(col(BedStay.elder_id))
            .join(Bed, col(Bed.id) == col(BedStay.bed_id))
            .where(col(Bed.station_id).in_(station), col(BedStay.state).in_(IN_BED))
        )
        return elder_id.in_(residents)

    return RowRule("of one's station's residents", predicate, _with_elder(elder_id))


def of_advised(elder_id: Any) -> RowRule:
    """Rows of the elders whom the actor advises: those that they answer for today, and those of
    their cases of assistance."""

    def predicate(actor: Actor) -> Any:
        cases = select(col(AssistanceCase.elder_id)).where(
            col(AssistanceCase.advisor_id) == actor.id
        )
        answered_for = select(col(Caseload.elder_id)).where(
            col(Caseload.account_id) == actor.id, advised_on(district_today())
        )
        return elder_id.in_(cases.union(answered_for))

    return RowRule("of elders whom one advises", predicate, _with_elder(elder_id))


def family(elder_id: Any, scope: ConsentScope | None = None) -> Rules:
    """The elder, the guardian and the linked family.

    Parameters:
        scope: what the family sees only with the elder's consent, unlike the guardian.
    """
    return {
        Role.ELDER: own(elder_id),
        Role.GUARDIAN: of_linked_elders(elder_id),
        Role.FAMILY: of_linked_elders(elder_id, scope),
    }


def elder_visible_for(scope: ConsentScope | None) -> RowAccess:
    """The elders on whose behalf something may be done that asks for a consent."""
    return RowAccess(
        {
            **family(col(Elder.id), scope),
            **region_staff(in_region(col(Elder.region_code))),
            Role.VOLUNTEER: either(
                of_claimed_visits(col(Elder.id)), of_alarms_sent_to(col(Elder.id))
            ),
            Role.CAREGIVER: either(of_residents(col(Elder.id)), of_alarms_sent_to(col(Elder.id))),
            Role.ADVISOR: of_advised(col(Elder.id)),
            Role.ADMIN: EVERY_ROW,
        }
    )


elder_visible = elder_visible_for(None)

elder_tag_visible = RowAccess(
    {
        **family(col(ElderTag.elder_id), ConsentScope.HEALTH_RECORD),
        **region_staff(of_regions_elders(col(ElderTag.elder_id))),
        Role.CAREGIVER: of_residents(col(ElderTag.elder_id)),
        Role.ADVISOR: of_advised(col(ElderTag.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

contact_visible = RowAccess(
    {
        **family(col(Contact.elder_id)),
        **region_staff(of_regions_elders(col(Contact.elder_id))),
        Role.CAREGIVER: of_residents(col(Contact.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

household_member_visible = RowAccess(
    {
        **family(col(HouseholdMember.elder_id)),
        **region_staff(of_regions_elders(col(HouseholdMember.elder_id))),
        Role.CAREGIVER: of_residents(col(HouseholdMember.elder_id)),
        Role.ADVISOR: of_advised(col(HouseholdMember.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

_KNOWING = (
    *(Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.DISPATCHER, Role.STATION, Role.OFFICIAL),
    *(Role.CAREGIVER, Role.ADVISOR),
)


def _with_a_member(role: Role) -> RowRule:
    """Households of which the role sees a member, of whatever time."""

    def predicate(actor: Actor) -> Any:
        members = select(col(HouseholdMember.household_id)).where(household_member_visible(actor))
        return col(Household.id).in_(members)

    return RowRule(f"with a member {household_member_visible.words(role)}", predicate)


household_visible = RowAccess(
    {**{role: _with_a_member(role) for role in _KNOWING}, Role.ADMIN: EVERY_ROW}
)

elder_log_visible = RowAccess(
    {
        Role.ELDER: own(col(ElderLog.elder_id)),
        Role.GUARDIAN: of_linked_elders(col(ElderLog.elder_id)),
        # Who keeps the register, and who governs those who do.
        Role.STATION: of_regions_elders(col(ElderLog.elder_id)),
        Role.OFFICIAL: of_regions_elders(col(ElderLog.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

key_tag_set_visible = PUBLIC
