"""Whom the district's advisors answer for, when they were in touch, what these elders need, and
what is suggested to them."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.advising import contact_notes
from domain.advising.lifecycle import CareNeedState, SuggestionItemState
from domain.advising.models import (
    CareNeedKind,
    CareNeedSource,
    CareNeedUrgency,
    ContactChannel,
)
from domain.advising.needs import NOTE
from domain.crypto import Vault, place
from yiyang.district import numbers
from yiyang.district.chance import between, pick, stream
from yiyang.district.columns import Batch
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.scripts import MOTHER, NEIGHBOUR, SCRIPTS, WARD, Script
from yiyang.district.setting import Setting

_SHARE: Final = 0.02
"""Of the elders of whom nothing is told those whom an advisor answers for."""

_TEN: Final = 10 * 60
"""Minutes of the day at which advisors enter things."""

_Need = tuple[CareNeedKind, CareNeedUrgency, CareNeedSource, str]

_TOLD: Final[dict[str, tuple[_Need, ...]]] = {
    WARD.name: (
        (
            CareNeedKind.BATHING,
            CareNeedUrgency.SOON,
            CareNeedSource.ASSESSMENT,
            "洗浴需一人协助，浴室没有扶手。",
        ),
        (
            CareNeedKind.COMPANY,
            CareNeedUrgency.ROUTINE,
            CareNeedSource.FAMILY,
            "儿子希望有人陪聊。",
        ),
    ),
    NEIGHBOUR.name: (
        (CareNeedKind.MEALS, CareNeedUrgency.ROUTINE, CareNeedSource.ELDER, "周末不想自己做饭。"),
    ),
}

_TOLD_DAYS: Final = 200
"""For how long the told ones have had their advisor."""

_Contact = tuple[int, ContactChannel, str]
"""How many days ago, how, and what was said."""

_CONTACTS: Final[dict[str, tuple[_Contact, ...]]] = {
    WARD.name: (
        (5, ContactChannel.HOME, "看了浴室，建议加装扶手。"),
        (26, ContactChannel.PHONE, "儿子周末来看望，睡眠尚可。"),
    ),
    # Longer ago than it should be.
    NEIGHBOUR.name: ((41, ContactChannel.PHONE, "一切如常，周末想少做一顿饭。"),),
}

_LATELY: Final = 60
"""Days since an advisor was last in touch with the others, at most; half of them are late."""

_Suggestion = tuple[CareNeedKind, SuggestionItemState]

_SUGGESTED: Final[dict[str, tuple[int, tuple[_Suggestion, ...]]]] = {
    MOTHER.name: (
        2,
        tuple(
            (kind, SuggestionItemState.PROPOSED)
            for kind in (CareNeedKind.MEALS, CareNeedKind.EMERGENCY, CareNeedKind.COMPANY)
        ),
    ),
    NEIGHBOUR.name: (40, ((CareNeedKind.MEALS, SuggestionItemState.DECLINED),)),
    WARD.name: (
        4,
        (
            (CareNeedKind.BATHING, SuggestionItemState.ACCEPTED),
            (CareNeedKind.COMPANY, SuggestionItemState.PROPOSED),
        ),
    ),
}
"""How many days ago, and what; the family has answered the day after."""


class Advising:
    """The cases of one elder after the other.

    Parameters:
        vault: seals what was found.
    """

    def __init__(self, setting: Setting, vault: Vault) -> None:
        self._setting = setting
        self._vault = vault

    def add(self, batch: Batch, resident: Resident) -> None:
        """The elder's advisor with what came of it, if there is one, into a batch."""
        setting, rng = self._setting, stream(self._setting.seed, "advising", resident.index)
        script = SCRIPTS[resident.index] if resident.index < len(SCRIPTS) else None
        street = resident.community.street_code
        if script is MOTHER:
            # She does well without an advisor; the station has a suggestion all the same.
            self._suggest(batch, resident, MOTHER, setting.offices.stations[street])
            return
        if script is None and rng.random() >= _SHARE:
            return
        advisors = setting.offices.advisors.get(street)
        if not advisors:
            return
        advisor = advisors[0] if script else pick(rng, advisors)
        days = _TOLD_DAYS if script else between(rng, 1, 300)
        self._case(batch, resident, script, advisor, days)
        last = (between(rng, 1, min(days, _LATELY)), ContactChannel.PHONE, "电话问候，一切安好。")
        for turn, contact in enumerate(_CONTACTS[script.name] if script else (last,)):
            number = numbers.CONTACT_NOTE + numbers.PER_CONTACTS * resident.index + turn
            self._contact(batch, setting.keys[number], setting.elder(resident), contact, advisor)
        if script:
            self._suggest(batch, resident, script, advisor)

    def _case(
        self, batch: Batch, resident: Resident, script: Script | None, advisor: UUID, days: int
    ) -> None:
        """Since so many days; and what the elder needs."""
        setting, elder_id = self._setting, self._setting.elder(resident)
        since = setting.today - timedelta(days)
        begun, first = at(since, _TEN), numbers.CASELOAD + numbers.PER_CASE * resident.index
        batch["caseload"].append((setting.keys[first], elder_id, advisor, since, advisor, begun))
        for turn, (kind, urgency, source, note) in enumerate(_needs(script), 1):
            sealed = self._vault.seal(note, place(NOTE, elder_id))
            found = (kind.value, urgency.value, source.value, sealed, CareNeedState.OPEN.value)
            row = (setting.keys[first + turn], elder_id, *found, advisor, begun)
            batch["care_need"].append(row)

    def _contact(
        self, batch: Batch, key: UUID, elder_id: UUID, contact: _Contact, advisor: UUID
    ) -> None:
        days, channel, said = contact
        moment = at(self._setting.today - timedelta(days), _TEN)
        sealed = self._vault.seal(said, place(contact_notes.NOTE, elder_id))
        batch["contact_note"].append(
            (key, elder_id, channel.value, moment, sealed, advisor, moment)
        )

    def _suggest(self, batch: Batch, resident: Resident, script: Script, by: UUID) -> None:
        """A list, and what the family has said to it."""
        setting, (days, items) = self._setting, _SUGGESTED[script.name]
        first = numbers.SUGGESTIONS + numbers.PER_SUGGESTIONS * resident.index
        key, made_at = setting.keys[first], at(setting.today - timedelta(days), _TEN)
        batch["suggestion_list"].append((key, setting.elder(resident), by, made_at))
        for turn, (kind, state) in enumerate(items, 1):
            answered = state is not SuggestionItemState.PROPOSED
            who, when = setting.relative(resident), made_at + timedelta(days=1)
            said = (who, when) if answered else (None, None)
            row = (setting.keys[first + turn], key, kind.value, state.value, *said)
            batch["suggestion_item"].append(row)


def _needs(script: Script | None) -> tuple[_Need, ...]:
    if script is not None:
        return _TOLD[script.name]
    return (
        (CareNeedKind.CLEANING, CareNeedUrgency.ROUTINE, CareNeedSource.VISIT, "需要定期助洁。"),
    )
