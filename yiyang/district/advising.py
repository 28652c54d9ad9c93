"""Whom the district's advisors answer for, and what these elders need."""

from datetime import timedelta
from typing import Final

from domain.advising.lifecycle import CareNeedState
from domain.advising.models import CareNeedKind, CareNeedSource, CareNeedUrgency
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

_DRAWN: Final[tuple[_Need, ...]] = (
    (
        CareNeedKind.CLEANING,
        CareNeedUrgency.ROUTINE,
        CareNeedSource.VISIT,
        "需要定期助洁。",
    ),
)


class Advising:
    """The cases of one elder after the other.

    Parameters:
        vault: seals what was found.
    """

    def __init__(self, setting: Setting, vault: Vault) -> None:
        self._setting = setting
        self._vault = vault

    def add(self, batch: Batch, resident: Resident) -> None:
        """The elder's advisor and needs, if there are any, into a batch."""
        setting, rng = self._setting, stream(self._setting.seed, "advising", resident.index)
        script = SCRIPTS[resident.index] if resident.index < len(SCRIPTS) else None
        # The mother does well without one.
        if script is MOTHER or (script is None and rng.random() >= _SHARE):
            return
        advisors = setting.offices.advisors.get(resident.community.street_code)
        if not advisors:
            return
        advisor = advisors[0] if script else pick(rng, advisors)
        since = setting.today - timedelta(between(rng, 1, 300))
        key = numbers.CASELOAD + numbers.PER_CASE * resident.index
        batch["caseload"].append(
            (setting.keys[key], setting.elder(resident), advisor, since, advisor, at(since, _TEN))
        )
        for turn, need in enumerate(_needs(script), 1):
            kind, urgency, source, note = need
            elder_id = setting.elder(resident)
            batch["care_need"].append(
                (
                    setting.keys[key + turn],
                    elder_id,
                    kind.value,
                    urgency.value,
                    source.value,
                    self._vault.seal(note, place(NOTE, elder_id)),
                    CareNeedState.OPEN.value,
                    advisor,
                    at(since, _TEN),
                )
            )


def _needs(script: Script | None) -> tuple[_Need, ...]:
    if script is not None:
        return _TOLD[script.name]
    return (
        (CareNeedKind.CLEANING, CareNeedUrgency.ROUTINE, CareNeedSource.VISIT, "需要定期助洁。"),
    )
