"""Who has applied for a bed in which home, and how far it has come.

Only where there are several homes: the mother's daughter has looked at two, and of those whom the
register knows to need care some have applied, one to three homes at once.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.access import ConsentScope
from domain.admissions.lifecycle import ADMISSION_LIFECYCLE, AdmissionAction, AdmissionState
from domain.beds.models import BedKind
from domain.elders.models import CareLevel
from yiyang.district import numbers
from yiyang.district.columns import Batch, Row
from yiyang.district.facilities import Facility
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.scripts import MOTHER, SCRIPTS
from yiyang.district.setting import Setting
from yiyang.district.situations import DISABLED_LEVELS
from yiyang.district.stays import Stays

_S, _A = AdmissionState, AdmissionAction

_LOOKED_AT = (_A.SUBMIT, _A.ASSESS)
_COURSES: Final[dict[AdmissionState, tuple[AdmissionAction, ...]]] = {
    _S.DRAFT: (),
    _S.SUBMITTED: (_A.SUBMIT,),
    _S.ASSESSING: _LOOKED_AT,
    _S.WAITLISTED: (*_LOOKED_AT, _A.WAITLIST),
    _S.OFFERED: (*_LOOKED_AT, _A.OFFER),
    _S.OFFER_EXPIRED: (*_LOOKED_AT, _A.OFFER, _A.EXPIRE),
    _S.ADMITTED: (*_LOOKED_AT, _A.OFFER, _A.ACCEPT, _A.ADMIT),
    _S.REJECTED: (*_LOOKED_AT, _A.REJECT),
    _S.WITHDRAWN: (_A.SUBMIT, _A.WITHDRAW),
}
"""What has happened to an application since it was begun."""

_BY_FAMILY = frozenset({_A.CREATE, _A.SUBMIT, _A.ACCEPT, _A.WITHDRAW})

_Wish = tuple[int, AdmissionState]
"""The home by its place, and what has become of it."""

_MOTHERS: Final[tuple[_Wish, ...]] = ((0, _S.SUBMITTED), (1, _S.DRAFT))

_WARDS: Final[tuple[_Wish, ...]] = ((0, _S.ADMITTED), (1, _S.WITHDRAWN))

_OTHERS: Final[tuple[tuple[_Wish, ...], ...]] = (
    ((0, _S.OFFERED), (1, _S.OFFERED), (2, _S.WAITLISTED)),
    ((0, _S.WAITLISTED),),
    ((0, _S.WAITLISTED), (1, _S.ASSESSING)),
    ((0, _S.SUBMITTED),),
    ((0, _S.WAITLISTED), (2, _S.REJECTED)),
    ((1, _S.OFFER_EXPIRED),),
    ((2, _S.WITHDRAWN), (1, _S.WAITLISTED)),
)
"""Of those who need care, in the order in which they come."""

_MIDDAY, _EVENING = 12 * 60, 18 * 60
_STEP_DAYS, _WAIT_DAYS = 3, 6
_STAYS = numbers.PER_APPLICATIONS // 2
"""After the numbers of an elder's applications, those of what is kept for them."""

_DECIDE_DAYS = 5
"""How many days there are left to decide about an offer."""

_REASON = "目前没有符合其护理需求的专业护理人员。"


class Admissions:
    """The applications of one elder after the other.

    Parameters:
        stays: an offer keeps a bed.
    """

    def __init__(self, setting: Setting, stays: Stays) -> None:
        self._setting, self._stays = setting, stays
        self._others = enumerate(_OTHERS)

    def add(self, batch: Batch, resident: Resident) -> None:
        """The applications of an elder who has no bed, if there are any, into a batch."""
        if not self._setting.has_choice:
            return
        homes = self._setting.facilities.homes
        if resident.index == SCRIPTS.index(MOTHER):
            turn, wishes = 0, _MOTHERS
        elif not _may_apply(resident):
            return
        else:
            turn, wishes = next(self._others, (0, ()))
        for place, (home, state) in enumerate(wishes):
            self._apply(batch, resident, homes[home], state, turn, place)

    def add_admitted(self, batch: Batch, resident: Resident, stay: Row) -> None:
        """The applications that brought the ward into bed, into a batch: the guardian had applied
        to two homes.

        Parameters:
            stay: the row of ``bed_stay``.
        """
        key, _, _, _, _, _, came, *_ = stay
        assert isinstance(key, UUID)
        assert isinstance(came, date)
        ago = (self._setting.today - came).days
        for place, (home, state) in enumerate(_WARDS):
            house = self._setting.facilities.homes[home]
            # The other was taken back on the day on which this one was accepted.
            last = ago + _STEP_DAYS * place
            self._enter(batch, resident, house, state, last, place, None if place else key)

    def _apply(
        self,
        batch: Batch,
        resident: Resident,
        home: Facility,
        state: AdmissionState,
        turn: int,
        place: int,
    ) -> None:
        stay_id = None
        if state is _S.OFFERED:
            stay_id = self._keep(batch, resident, home, place)
            # Somebody else has the last one.
            state = _S.OFFERED if stay_id else _S.WAITLISTED
        # Who came first has waited longest.
        last = 1 + _WAIT_DAYS * (len(_OTHERS) - turn)
        self._enter(batch, resident, home, state, last, place, stay_id)

    def _enter(
        self,
        batch: Batch,
        resident: Resident,
        home: Facility,
        state: AdmissionState,
        last: int,
        place: int,
        stay_id: UUID | None,
    ) -> None:
        """An application and its log.

        Parameters:
            last: how many days ago the last thing happened to it.
        """
        setting = self._setting
        number = numbers.APPLICATION + numbers.PER_APPLICATIONS * resident.index + place
        key, family = setting.keys[number], setting.relative(resident)
        course = (_A.CREATE, *_COURSES[state])
        days = [last + _STEP_DAYS * later for later in range(len(course) - 1, -1, -1)]
        moments = [at(setting.today - timedelta(ago), _MIDDAY + place) for ago in days]
        batch["admission_application"].append(
            (
                *(key, setting.elder(resident), setting.keys[home.number], home.region_code),
                *(BedKind.INSTITUTION.value, None, state.value, family),
                moments[1] if len(course) > 1 else None,
                stay_id,
                _REASON if state is _S.REJECTED else None,
            )
        )
        desk, reached = setting.offices.stations[home.street_code], _S.DRAFT
        for action, moment in zip(course, moments, strict=True):
            if action is not _A.CREATE:
                reached = ADMISSION_LIFECYCLE.next(reached, action)
            by = family if action in _BY_FAMILY else None if action is _A.EXPIRE else desk
            note = _REASON if action is _A.REJECT else None
            batch["admission_application_log"].append(
                (key, moment, action.value, reached.value, by, note)
            )

    def _keep(self, batch: Batch, resident: Resident, home: Facility, place: int) -> UUID | None:
        """A bed of the home for some days; the key of the stay."""
        number = numbers.APPLICATION + numbers.PER_APPLICATIONS * resident.index + _STAYS + place
        until = at(self._setting.today + timedelta(_DECIDE_DAYS), _EVENING)
        row = self._stays.held(resident, home, number, until)
        if row is None:
            return None
        batch["bed_stay"].append(row)
        key = row[0]
        assert isinstance(key, UUID)
        return key


def _may_apply(resident: Resident) -> bool:
    """Whether somebody in the family, who knows the health record, may for one who needs care."""
    relative, level = resident.relative, resident.vitals.care_level
    if resident.index < len(SCRIPTS) or relative is None:
        return False
    needs_care = level in DISABLED_LEVELS or level is CareLevel.MODERATE
    return needs_care and ConsentScope.HEALTH_RECORD in relative.scopes
