"""The district's elders, one after another: the same for the same seed and day, and the first
ones the same however many follow."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from domain.access import ConsentScope, Role
from domain.accounts.models import Relation
from domain.elders.models import Tag
from yiyang.district.addresses import Community, communities, draw_address, population
from yiyang.district.chance import between, stream
from yiyang.district.citizen_ids import CitizenIds
from yiyang.district.conditions import Condition, draw_conditions
from yiyang.district.equipment import Equipment, draw_equipment, draw_more
from yiyang.district.family import KIN, Person, draw_contacts, draw_phone
from yiyang.district.names import SURNAMES, given_name
from yiyang.district.population import Vitals, birth_date, draw_vitals, is_key_elder
from yiyang.district.scripts import COMMUNITY, NEIGHBOUR, SCRIPTS, Script
from yiyang.district.situations import TagPeriod, date_tags, draw_tags

FAMILY_STEP = 4
"""The family of every fourth elder has an account."""

RESERVED_STEP = 5 * FAMILY_STEP
"""Every fifth of them is shown little."""

_LITTLE = frozenset({ConsentScope.ALARMS, ConsentScope.LOCATION, ConsentScope.MEALS_ORDERS})

VOLUNTEER_STEP = 10 * FAMILY_STEP
"""Of the family of every fortieth elder, the first being the second with an account, somebody is a
volunteer too."""

_LINKED_WITHIN_DAYS = 3 * 365

_HAVE_PHONES = 0.93


@dataclass(frozen=True, slots=True)
class Relative:
    """The account of someone in the family.

    Parameters:
        scopes: what the elder has consented to.
        visits_others: whether they are a volunteer too.
    """

    name: str
    phone: str
    role: Role
    relation: Relation
    linked_on: date
    scopes: Set[ConsentScope] = frozenset(ConsentScope)
    visits_others: bool = False


@dataclass(frozen=True, slots=True)
class Resident:
    """An elder with everything the register knows, in the clear.

    Parameters:
        index: place in the district, from 0.
        signs_in: whether the elder has an account.
        relative: who in the family has one.
    """

    index: int
    community: Community
    name: str
    vitals: Vitals
    id_number: str
    address: str
    tags: Sequence[TagPeriod]
    contacts: Sequence[Person]
    equipment: Sequence[Equipment]
    signs_in: bool
    relative: Relative | None
    phone: str | None
    conditions: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class _Outline:
    """What tells one elder from another; the rest follows from it."""

    community: Community
    name: str
    vitals: Vitals
    tags: Set[Tag]
    contacts: Sequence[Person]
    equipment: Sequence[Equipment]


def residents(seed: int, today: date) -> Iterator[Resident]:
    """Elders without end.

    Parameters:
        seed: of everything that is drawn.
        today: the day on which they are 60 to 105 years old.
    """
    places = population(seed)
    home = next(place for place in communities() if place.code == COMMUNITY)
    numbers = CitizenIds()
    for index in count():
        rng = stream(seed, "elder", index)
        if index < len(SCRIPTS):
            script = SCRIPTS[index]
            outline = _told(rng, script, home, today)
            relative = _relative(rng, outline.contacts[0], script.role, today)
            # So that somebody in the story has hours to give to her own.
            relative = replace(relative, visits_others=script is NEIGHBOUR)
        else:
            outline = _drawn(rng, index, places.draw(rng), today)
            more = draw_more(stream(seed, "home", index), outline.tags, outline.equipment)
            outline = replace(outline, equipment=more)
            relative = _family_account(rng, index, outline.contacts, today)
        yield _resident(rng, index, outline, relative, numbers, today)


def _resident(
    rng: Random,
    index: int,
    outline: _Outline,
    relative: Relative | None,
    numbers: CitizenIds,
    today: date,
) -> Resident:
    told = index < len(SCRIPTS)
    born, gender = outline.vitals.birth_date, outline.vitals.gender
    return Resident(
        index=index,
        community=outline.community,
        name=outline.name,
        vitals=outline.vitals,
        id_number=numbers.draw(rng, born, gender),
        address=draw_address(rng, outline.community),
        tags=date_tags(rng, outline.tags, born, today, history=not told),
        contacts=outline.contacts,
        equipment=outline.equipment,
        signs_in=told,
        relative=relative,
        phone=draw_phone(rng) if told or rng.random() < _HAVE_PHONES else None,
        conditions=draw_conditions(rng, outline.vitals, outline.tags, today),
    )


def _drawn(rng: Random, index: int, place: Community, today: date) -> _Outline:
    key_elder = is_key_elder(index)
    vitals = draw_vitals(rng, today, key_elder=key_elder)
    tags = draw_tags(rng, vitals, key_elder=key_elder)
    surname = SURNAMES.draw(rng)
    return _Outline(
        community=place,
        name=surname + given_name(rng, vitals.gender, vitals.birth_date.year),
        vitals=vitals,
        tags=tags,
        contacts=draw_contacts(rng, vitals, tags, surname, today),
        equipment=draw_equipment(rng, vitals, tags),
    )


def _told(rng: Random, script: Script, home: Community, today: date) -> _Outline:
    born = birth_date(rng, script.age, today)
    return _Outline(
        community=home,
        name=script.name,
        vitals=Vitals(script.gender, script.age, born, script.care_level),
        tags=script.tags,
        contacts=[Person(name, kin, draw_phone(rng)) for name, kin in script.contacts],
        equipment=script.equipment,
    )


def _family_account(
    rng: Random, index: int, contacts: Sequence[Person], today: date
) -> Relative | None:
    if index % FAMILY_STEP:
        return None
    kin = next(person for person in contacts if person.relation in KIN)
    relative = _relative(rng, kin, Role.FAMILY, today)
    if index % VOLUNTEER_STEP == FAMILY_STEP:
        relative = replace(relative, visits_others=True)
    return relative if index % RESERVED_STEP else replace(relative, scopes=_LITTLE)


def _relative(rng: Random, person: Person, role: Role, today: date) -> Relative:
    linked_on = today - timedelta(between(rng, 1, _LINKED_WITHIN_DAYS))
    return Relative(person.name, person.phone, role, person.relation, linked_on)
