"""What the district's caregivers hold and have learned, and whom two of them look after.

Most are in order; some have a certificate that is out of date, or too few hours. Numbers of a
model: no caregiver is anybody.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

from domain.access import Role
from domain.caregivers.certificates import NUMBER
from domain.caregivers.models import CareAssignmentKind, CertificateKind
from domain.crypto import Vault, masked_number, place
from yiyang.district import numbers
from yiyang.district.chance import between, pick, stream
from yiyang.district.columns import Batch, Row
from yiyang.district.moments import at
from yiyang.district.scripts import MOTHER, SCRIPTS, STREET, WARD
from yiyang.district.setting import Setting
from yiyang.district.staff import StaffAccount

_TEN: Final = 10 * 60
"""Minutes of the day at which offices enter things."""

_COURSES: Final = ("失智照护", "压疮预防", "跌倒预防与急救", "助浴安全", "心理慰藉", "食品卫生")

_PLAYERS_LAST_DAYS: Final = 20
"""The player's health certificate is to be renewed soon."""

_LOOKED_AFTER: Final = (
    (WARD, CareAssignmentKind.PERSONAL_CARE, 400),
    (MOTHER, CareAssignmentKind.COMPANY, 90),
)
"""By the player: whom, how, and since how many days."""


class Caregivers:
    """Papers of those who look after elders.

    Parameters:
        accounts: all for work, in the order of their keys.
        vault: seals the numbers of certificates.
    """

    def __init__(self, setting: Setting, accounts: Sequence[StaffAccount], vault: Vault) -> None:
        self._setting = setting
        self._accounts = accounts
        self._vault = vault

    def add(self, batch: Batch) -> None:
        """Certificates and training into a batch."""
        player = self._setting.offices.caregivers[STREET]
        for number, account in enumerate(self._accounts, numbers.STAFF):
            if account.role is not Role.CAREGIVER or account.region_code is None:
                continue
            rng = stream(self._setting.seed, "caregiver", number)
            key, plays = self._setting.keys[number], self._setting.keys[number] == player
            street = account.region_code
            batch["certificate"].extend(self._certificates(number, key, street, rng, plays=plays))
            batch["training_record"].extend(self._training(number, key, street, rng))

    def add_assignments(self, batch: Batch) -> None:
        """Whom the player looks after."""
        setting = self._setting
        for turn, (script, kind, days) in enumerate(_LOOKED_AFTER):
            since = setting.today - timedelta(days)
            row = (
                setting.keys[numbers.CARE_ASSIGNMENT + turn],
                setting.keys[numbers.of_elder(SCRIPTS.index(script))],
                setting.offices.caregivers[STREET],
                STREET,
                kind.value,
                since,
                setting.offices.stations[STREET],
                at(since, _TEN),
            )
            batch["care_assignment"].append(row)

    def _certificates(
        self, number: int, key: UUID, street: str, rng: Random, *, plays: bool
    ) -> Iterator[Row]:
        today = self._setting.today
        learned = today - timedelta(between(rng, 200, 1500))
        examined = today - timedelta(365 - _PLAYERS_LAST_DAYS if plays else between(rng, 5, 400))
        papers = (
            (CertificateKind.CAREGIVER, between(rng, 3, 5), learned, 5 * 365, "浙江省人社厅"),
            (CertificateKind.HEALTH, None, examined, 365, "上城区疾控中心"),
        )
        for turn, (kind, grade, since, days, issued_by) in enumerate(papers):
            text = f"3301{since.year}{number:04}{turn}"
            yield (
                self._setting.keys[numbers.CERTIFICATE + 2 * number + turn],
                street,
                key,
                kind.value,
                grade,
                masked_number(text),
                self._vault.seal(text, place(NUMBER, key)),
                issued_by,
                since,
                since + timedelta(days),
                at(since, _TEN),
                self._setting.offices.stations[street],
            )

    def _training(self, number: int, key: UUID, street: str, rng: Random) -> Iterator[Row]:
        for turn in range(4):
            day = self._setting.today - timedelta(between(rng, 1, 120))
            yield (
                self._setting.keys[numbers.TRAINING + 4 * number + turn],
                street,
                key,
                pick(rng, _COURSES),
                pick(rng, (8, 12, 16)),
                day,
                at(day + timedelta(1), _TEN),
                self._setting.offices.stations[street],
            )
