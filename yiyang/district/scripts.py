"""The elders whom the demo tells of. They are the first of the register, whatever the seed, and
their names are made of characters that no drawn name has."""

from collections.abc import Set
from dataclasses import dataclass

from domain.access import Role
from domain.accounts.models import Relation
from domain.devices.models import DeviceKind
from domain.elders.models import CareLevel, Gender, Tag
from yiyang.district.equipment import Equipment

COMMUNITY = "330102001051"
"""清波门社区, where they all live."""

STREET = COMMUNITY[:9]
"""清波街道."""


@dataclass(frozen=True)
class Script:
    """What is told of an elder instead of drawn.

    Parameters:
        age: full years.
        tags: those that hold; key tags only where the elder's turn in the quota has them.
        contacts: name and relation, in calling order; the first holds the account below.
        role: FAMILY or GUARDIAN, of the first contact's account.
    """

    name: str
    gender: Gender
    age: int
    care_level: CareLevel
    tags: Set[Tag]
    equipment: tuple[Equipment, ...]
    contacts: tuple[tuple[str, Relation], ...]
    role: Role


MOTHER = Script(
    name="王筱琴",
    gender=Gender.FEMALE,
    age=78,
    care_level=CareLevel.MILD,
    tags={Tag.LIVES_ALONE},
    equipment=(Equipment(DeviceKind.SOS_BUTTON, 0), Equipment(DeviceKind.SLEEP_BAND, 0)),
    contacts=(
        ("陈筱岚", Relation.DAUGHTER),
        ("陈筱峻", Relation.SON),
        ("沈佩瑶", Relation.NEIGHBOUR),
    ),
    role=Role.FAMILY,
)

NEIGHBOUR = Script(
    name="沈佩瑶",
    gender=Gender.FEMALE,
    age=74,
    care_level=CareLevel.INTACT,
    tags=frozenset(),
    equipment=(Equipment(DeviceKind.SOS_BUTTON, 1),),
    contacts=(("何以澜", Relation.DAUGHTER), ("何守拙", Relation.SPOUSE)),
    role=Role.FAMILY,
)

WARD = Script(
    name="徐柏筠",
    gender=Gender.MALE,
    age=84,
    care_level=CareLevel.MODERATE,
    tags={Tag.DEMENTIA},
    equipment=(Equipment(DeviceKind.SOS_BUTTON, 1), Equipment(DeviceKind.SLEEP_BAND, 1)),
    contacts=(("徐立筠", Relation.SON),),
    role=Role.GUARDIAN,
)

SCRIPTS = (MOTHER, NEIGHBOUR, WARD)
