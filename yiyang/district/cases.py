"""Who applies for assistance, and how far the application has got.

About 0.4 % of the elders have a case, a model's number: most are on the way, and who has been on
the register of those who get assistance for less than two years may still have the case that led
there.
"""

from datetime import timedelta
from random import Random

from domain.assistance.lifecycle import CaseState
from domain.assistance.models import AssistanceKind
from domain.elders.models import Tag
from yiyang.district.case_records import Case, add_case
from yiyang.district.chance import Weighted, between, pick
from yiyang.district.columns import Batch
from yiyang.district.people import Resident
from yiyang.district.scripts import MOTHER, NEIGHBOUR, SCRIPTS, STREET
from yiyang.district.setting import Setting

_APPLIES, _KEPT, _KEPT_DAYS = 0.0029, 0.4, 700

_STATES = Weighted(
    {
        CaseState.SUBMITTED: 0.25,
        CaseState.NEEDS_SUPPLEMENT: 0.05,
        CaseState.ACCEPTED: 0.24,
        CaseState.INVESTIGATING: 0.14,
        CaseState.PUBLICIZED: 0.05,
        CaseState.COUNTY_REVIEW: 0.04,
        CaseState.APPROVED: 0.03,
        CaseState.REJECTED: 0.16,
        CaseState.WITHDRAWN: 0.04,
    }
)

_REST_DAYS = {CaseState.SUBMITTED: 4, CaseState.ACCEPTED: 12, CaseState.REJECTED: 300}
_OTHERS_REST_DAYS = 8
"""How long ago the last step was at most."""

_REASONS = (
    "家庭月人均收入超过最低生活保障标准。",
    "家庭财产状况超过规定限额。",
    "申请材料经核对与实际情况不符。",
)

_GRANTED = {
    Tag.MINIMUM_LIVING: AssistanceKind.MINIMUM_LIVING,
    Tag.EXTREME_HARDSHIP: AssistanceKind.EXTREME_HARDSHIP,
}

_ADVISED = 0.5
"""How likely somebody advises the family."""


class Cases:
    """The cases of one elder after the other."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def add(self, batch: Batch, resident: Resident, rng: Random) -> None:
        """The elder's case, if there is one, into a batch."""
        if resident.index < len(SCRIPTS):
            case = self._told(resident)
        else:
            case = self._granted(resident, rng) or self._applied(resident, rng)
        if case:
            add_case(batch, self._setting, resident, case, rng)

    def _applied(self, resident: Resident, rng: Random) -> Case | None:
        """An application on its way, or refused."""
        if rng.random() >= _APPLIES:
            return None
        state = _STATES.draw(rng)
        # 特困 asks that nobody is left who must support the person.
        alone = any(tag.tag is Tag.CHILDLESS for tag in resident.tags)
        kind = AssistanceKind.EXTREME_HARDSHIP if alone else AssistanceKind.MINIMUM_LIVING
        rest = between(rng, 1, _REST_DAYS.get(state, _OTHERS_REST_DAYS))
        return self._case(resident, kind, state, rest, rng, reason=pick(rng, _REASONS))

    def _granted(self, resident: Resident, rng: Random) -> Case | None:
        """The case that put an elder on the register."""
        for tag in resident.tags:
            ago = (self._setting.today - tag.since).days
            recent = tag.until is None and 1 <= ago <= _KEPT_DAYS
            if tag.tag in _GRANTED and recent and rng.random() < _KEPT:
                return self._case(resident, _GRANTED[tag.tag], CaseState.ACTIVE, ago, rng)
        return None

    def _case(
        self,
        resident: Resident,
        kind: AssistanceKind,
        state: CaseState,
        rest: int,
        rng: Random,
        reason: str | None = None,
    ) -> Case:
        """A case of somebody's own family, else of an advisor's or the street's.

        Parameters:
            rest: days since the last step.
        """
        street = resident.community.street_code
        someone = pick(rng, self._setting.offices.advisors[street])
        advisor = someone if rng.random() < _ADVISED else None
        desk = self._setting.offices.stations[street]
        return Case(
            kind=kind,
            state=state,
            submitted_by=self._setting.relative(resident) or advisor or desk,
            advisor=advisor,
            latest=self._setting.today - timedelta(rest),
            reason=reason,
        )

    def _told(self, resident: Resident) -> Case:
        """The story's: the mother's was refused, the neighbour's is new, the ward's on its way;
        the advisor who plays helps them all."""
        script = SCRIPTS[resident.index]
        family = self._setting.relative(resident)
        offices = self._setting.offices
        desk = offices.stations[STREET]
        if script is MOTHER:
            state, submitted_by, rest = CaseState.REJECTED, desk, 120
        elif script is NEIGHBOUR:
            state, submitted_by, rest = CaseState.SUBMITTED, family or desk, 2
        else:
            state, submitted_by, rest = CaseState.ACCEPTED, family or desk, 15
        return Case(
            kind=AssistanceKind.MINIMUM_LIVING,
            state=state,
            submitted_by=submitted_by,
            advisor=None if script is MOTHER else offices.advisors[STREET][0],
            latest=self._setting.today - timedelta(rest),
            reason=_REASONS[0],
        )
