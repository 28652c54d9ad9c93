"""The people to call for an elder: who, in which order, under which number."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from random import Random

from faker.providers.phone_number.zh_CN import Provider

from domain.accounts.models import Relation
from domain.elders.models import Gender, Tag
from yiyang.district.chance import Weighted, between, pick
from yiyang.district.names import SURNAMES, full_name
from yiyang.district.population import Vitals

KIN = frozenset(
    {Relation.DAUGHTER, Relation.SON, Relation.GRANDCHILD, Relation.SIBLING, Relation.OTHER}
)
"""Who may hold a family account: the spouse has a card of the same household, a neighbour none."""

_PREFIXES = tuple(Provider.phonenumber_prefixes)
_HOW_MANY = Weighted({1: 0.30, 2: 0.45, 3: 0.25})
_CHILDREN = Weighted({1: 0.45, 2: 0.35, 3: 0.20})
_CHILD = {Relation.DAUGHTER: Gender.FEMALE, Relation.SON: Gender.MALE}
_WITHOUT_CHILDREN = frozenset({Tag.CHILDLESS, Tag.FAMILY_PLANNING_SPECIAL})


@dataclass(frozen=True, slots=True)
class Person:
    """Someone to call."""

    name: str
    relation: Relation
    phone: str


def draw_phone(rng: Random) -> str:
    """A mobile number of eleven digits with a prefix in use."""
    return f"{pick(rng, _PREFIXES)}{between(rng, 0, 10**8 - 1):08d}"


def draw_contacts(
    rng: Random, vitals: Vitals, tags: Set[Tag], surname: str, today: date
) -> list[Person]:
    """One to three people in calling order; at least one of them is kin.

    Parameters:
        surname: the elder's, which a father gives to his children.
        today: nobody to call is younger than 18 on this day.
    """
    number = _HOW_MANY.draw(rng)
    people = list(_relatives(rng, vitals, tags, surname, today.year - 18))
    if number == 1 and people[0].relation is Relation.SPOUSE:
        # Two old people alone need somebody younger on the list.
        number = 2
    return people[:number]


def _relatives(
    rng: Random, vitals: Vitals, tags: Set[Tag], surname: str, latest: int
) -> Iterator[Person]:
    born = vitals.birth_date.year
    family = surname if vitals.gender is Gender.MALE else SURNAMES.draw(rng)
    if rng.random() < _spouse_chance(vitals, tags):
        yield _spouse(rng, vitals, family)
    if _WITHOUT_CHILDREN & tags:
        sex = pick(rng, (Gender.FEMALE, Gender.MALE))
        yield _called(rng, Relation.SIBLING, sex, born + 3, surname)
    else:
        for _ in range(_CHILDREN.draw(rng)):
            relation = pick(rng, (Relation.DAUGHTER, Relation.SON))
            year = born + between(rng, 21, 36)
            yield _called(rng, relation, _CHILD[relation], year, family)
        if rng.random() < 0.2:
            sex = pick(rng, (Gender.FEMALE, Gender.MALE))
            year = min(born + between(rng, 45, 62), latest)
            yield _called(rng, Relation.GRANDCHILD, sex, year, family)
    if rng.random() < (0.5 if Tag.LIVES_ALONE in tags else 0.1):
        sex = pick(rng, (Gender.FEMALE, Gender.MALE))
        yield _called(rng, Relation.NEIGHBOUR, sex, born + 15)


def _called(
    rng: Random, relation: Relation, sex: Gender, year: int, surname: str | None = None
) -> Person:
    return Person(full_name(rng, sex, year, surname), relation, draw_phone(rng))


def _spouse(rng: Random, vitals: Vitals, family: str) -> Person:
    husband = vitals.gender is Gender.FEMALE
    sex = Gender.MALE if husband else Gender.FEMALE
    return _called(rng, Relation.SPOUSE, sex, vitals.birth_date.year, family if husband else None)


def _spouse_chance(vitals: Vitals, tags: Set[Tag]) -> float:
    if Tag.LIVES_ALONE in tags:
        return 0.0
    if Tag.EMPTY_NEST in tags:
        return 0.95
    return 0.6 if vitals.age < 80 else 0.3
