"""Which cases and needs a role sees."""

from typing import Any

from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.advising.models import CareNeed, Caseload, ContactNote, SuggestionItem, SuggestionList
from domain.elders.visibility import family, of_advised, of_regions_elders, of_residents
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff

caseload_visible = RowAccess(
    {
        **family(col(Caseload.elder_id)),
        **region_staff(of_regions_elders(col(Caseload.elder_id))),
        # One's own, those over included: whom one has handed over to whom.
        Role.ADVISOR: RowRule("one's own", lambda actor: col(Caseload.account_id) == actor.id),
        Role.ADMIN: EVERY_ROW,
    }
)

care_need_visible = RowAccess(
    {
        **family(col(CareNeed.elder_id), ConsentScope.HEALTH_RECORD),
        # As a diagnosis: for those who care.
        Role.STATION: of_regions_elders(col(CareNeed.elder_id)),
        Role.CAREGIVER: of_residents(col(CareNeed.elder_id)),
        Role.ADVISOR: of_advised(col(CareNeed.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)


def _between_advisor_and_elder(elder_id: Any) -> RowAccess:
    """What passes between an advisor and an elder."""
    return RowAccess(
        {
            **family(elder_id, ConsentScope.HEALTH_RECORD),
            Role.STATION: of_regions_elders(elder_id),
            Role.ADVISOR: of_advised(elder_id),
            Role.ADMIN: EVERY_ROW,
        }
    )


contact_note_visible = _between_advisor_and_elder(col(ContactNote.elder_id))

suggestion_list_visible = _between_advisor_and_elder(col(SuggestionList.elder_id))

suggestion_item_visible = suggestion_list_visible.through(
    col(SuggestionItem.list_id), col(SuggestionList.id)
)
