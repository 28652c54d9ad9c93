"""The demo district: who lives in it, and that it repeats itself."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice, pairwise
from uuid import UUID

import pytest
from stdnum import numdb
from stdnum.iso7064 import mod_11_2

from domain.accounts.models import Relation
from domain.calendar import whole_years
from domain.devices.models import DeviceKind
from domain.elders.models import KEY_TAGS, CareLevel, Gender, Tag
from yiyang.district.addresses import communities
from yiyang.district.chance import stream
from yiyang.district.citizen_ids import CitizenIds
from yiyang.district.equipment import MOST
from yiyang.district.family import KIN
from yiyang.district.keys import Keys
from yiyang.district.people import Resident, residents

TODAY = date(2026, 2, 28)
SEED = 20


@pytest.fixture(scope="module")
def people() -> Sequence[Resident]:
    """Elders enough to count on."""
    return list(islice(residents(SEED, TODAY), 10_000))


def current(resident: Resident) -> set[Tag]:
    return {period.tag for period in resident.tags if period.until is None}


def share(people: Sequence[Resident], chosen: Sequence[Resident]) -> float:
    return len(chosen) / len(people)


def test_the_same_seed_gives_the_same_people(people: Sequence[Resident]) -> None:
    assert list(islice(residents(SEED, TODAY), 500)) == people[:500]


def test_another_seed_gives_other_people(people: Sequence[Resident]) -> None:
    others = list(islice(residents(SEED + 1, TODAY), 500))
    same = [a for a, b in zip(others, people, strict=False) if a.id_number == b.id_number]
    assert not same


def test_key_elders_are_the_districts_share(people: Sequence[Resident]) -> None:
    key = [person for person in people if current(person) & KEY_TAGS]
    assert share(people, key) == pytest.approx(95_000 / 227_100, abs=0.003)


def test_ages_and_sexes_are_an_aged_districts(people: Sequence[Resident]) -> None:
    ages = [whole_years(person.vitals.birth_date, TODAY) for person in people]
    assert [person.vitals.age for person in people] == ages
    assert min(ages) == 60
    assert 100 <= max(ages) <= 105
    old = [person for person in people if person.vitals.age >= 80]
    assert share(people, old) == pytest.approx(0.15, abs=0.01)
    young = [person for person in people if person.vitals.age < 70]
    assert women(young) < women(old)
    assert women(people) == pytest.approx(0.52, abs=0.02)


def women(people: Sequence[Resident]) -> float:
    return share(people, [p for p in people if p.vitals.gender is Gender.FEMALE])


def test_ability_falls_with_age(people: Sequence[Resident]) -> None:
    def disabled(first: int, last: int) -> float:
        group = [p for p in people if first <= p.vitals.age <= last]
        return share(group, [p for p in group if Tag.DISABLED in current(p)])

    assert disabled(60, 69) < disabled(70, 79) < disabled(80, 89) < disabled(90, 105)
    assert disabled(60, 105) == pytest.approx(0.0175, abs=0.004)


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2028, 2, 29), date(2027, 12, 31)])
def test_ages_hold_on_any_day(day: date) -> None:
    for person in islice(residents(SEED, day), 3_000):
        assert whole_years(person.vitals.birth_date, day) == person.vitals.age
        assert 60 <= person.vitals.age <= 105


def test_citizen_ids_are_valid_and_nobody_elses(people: Sequence[Resident]) -> None:
    assert len({person.id_number for person in people}) == len(people)
    for person in people:
        number = person.id_number
        assert mod_11_2.validate(number) == number
        assert number[6:14] == f"{person.vitals.birth_date:%Y%m%d}"
        assert number[14:17] != "000"
        assert int(number[16]) % 2 == (person.vitals.gender is Gender.MALE)


def test_citizen_ids_name_counties_of_hangzhou_that_exist_or_existed(
    people: Sequence[Resident],
) -> None:
    counties = Counter(person.id_number[:6] for person in people)
    assert {"330102", "330103", "330104"} <= set(counties)
    for code in counties:
        assert code.startswith("3301")
        places = numdb.get("cn/loc").info(code)
        assert [part for part, _ in places] == ["33", code[2:]], f"{code} never was"


def test_citizen_ids_run_out_before_they_repeat() -> None:
    numbers, rng = CitizenIds(), stream(SEED, "test")
    born = date(1950, 1, 1)
    given: list[str] = []

    def exhaust() -> None:
        while True:
            given.append(numbers.draw(rng, born, Gender.MALE))

    with pytest.raises(OverflowError, match="born on 1950-01-01"):
        exhaust()
    assert len(set(given)) == len(given) > 499


def test_every_community_is_lived_in_and_sizes_differ(people: Sequence[Resident]) -> None:
    sizes = Counter(person.community.code for person in people)
    assert set(sizes) == {place.code for place in communities()}
    assert max(sizes.values()) > 4 * min(sizes.values())


def test_addresses_lie_in_their_community(people: Sequence[Resident]) -> None:
    for person in people:
        place = person.community.name.removesuffix("委会")
        assert person.address.startswith(f"上城区{person.community.street}{place}")
        assert person.address.endswith(("室", "号"))


def test_tags_fit_the_person_and_never_overlap(people: Sequence[Resident]) -> None:
    for person in people:
        periods = defaultdict(list)
        for period in person.tags:
            assert person.vitals.birth_date + timedelta(60 * 365) < period.since <= TODAY
            assert period.until is None or period.since < period.until <= TODAY
            assert period.source
            periods[period.tag].append((period.since, period.until or date.max))
        for spans in periods.values():
            assert all(a[1] <= b[0] for a, b in pairwise(sorted(spans)))
        severe = person.vitals.care_level in (CareLevel.SEVERE, CareLevel.COMPLETE)
        assert (Tag.DISABLED in current(person)) == severe
        assert not {Tag.LIVES_ALONE, Tag.EMPTY_NEST} <= current(person)


def test_some_tags_have_ended(people: Sequence[Resident]) -> None:
    ended = [p for p in people if any(period.until for period in p.tags)]
    assert share(people, ended) == pytest.approx(0.06, abs=0.01)


def test_somebody_of_the_family_can_be_called(people: Sequence[Resident]) -> None:
    for person in people:
        assert 1 <= len(person.contacts) <= 3
        relations = {called.relation for called in person.contacts}
        assert relations & KIN
        if {Tag.CHILDLESS, Tag.FAMILY_PLANNING_SPECIAL} & current(person):
            assert not relations & {Relation.DAUGHTER, Relation.SON}
        for called in person.contacts:
            assert len(called.phone) == 11
            assert called.phone.isdigit()
            assert called.phone[0] == "1"


def test_devices_stand_where_nobody_else_would_notice(people: Sequence[Resident]) -> None:
    def with_button(group: Sequence[Resident]) -> float:
        return share(group, [p for p in group if any(d.kind == "SOS_BUTTON" for d in p.equipment)])

    bands = [p for p in people if any(d.kind == "SLEEP_BAND" for d in p.equipment)]
    assert share(people, bands) == pytest.approx(1 / 20, abs=0.01)
    assert with_button(people) == pytest.approx(1 / 3, abs=0.02)
    assert with_button([p for p in people if Tag.LIVES_ALONE in current(p)]) > 0.65
    assert {d.vendor for p in people for d in p.equipment} == {0, 1}
    assert {d.kind for p in people for d in p.equipment} == set(DeviceKind)
    assert max(len(p.equipment) for p in people) == MOST
    every = [d for p in people for d in p.equipment]
    assert len(every) / len(people) == pytest.approx(0.6, abs=0.1)


def test_keys_are_version_7_and_rise_with_their_number() -> None:
    keys = [Keys(SEED, TODAY)[number] for number in range(10_000)]
    assert keys == sorted(set(keys))
    assert {(key.version, key.variant) for key in keys} == {(7, UUID(int=keys[0].int).variant)}
    assert keys[0].variant == "specified in RFC 4122"
