"""What might help follows from the rules, and is ordered by need."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as some

from domain.advising.models import CareNeedKind, CareNeedUrgency
from domain.advising.suggesting import RULES, Situation, suggested
from domain.elders.models import CareLevel, Tag

NEEDS = some.dictionaries(
    some.sampled_from(CareNeedKind),
    some.tuples(some.uuids(), some.sampled_from(CareNeedUrgency)),
)
SITUATIONS = some.builds(
    Situation,
    care_level=some.none() | some.sampled_from(CareLevel),
    age=some.integers(60, 120),
    tags=some.frozensets(some.sampled_from(Tag)),
    needs=NEEDS,
)
_SOONEST = list(CareNeedUrgency)


def test_each_kind_has_its_rule() -> None:
    assert set(RULES) == set(CareNeedKind)


def test_nobody_is_talked_into_anything() -> None:
    assert suggested(Situation(CareLevel.INTACT, 70, frozenset(), {})) == []


def test_what_is_urgent_comes_before_what_much_speaks_for() -> None:
    key: UUID = uuid4()
    tags = frozenset({Tag.LIVES_ALONE, Tag.CHILDLESS, Tag.EMPTY_NEST})
    needs = {CareNeedKind.MOBILITY: (key, CareNeedUrgency.ROUTINE)}
    found = suggested(Situation(CareLevel.SEVERE, 85, tags, needs))
    assert [found[0].kind, found[0].need_id] == [CareNeedKind.MOBILITY, key]
    assert found[1].kind is CareNeedKind.MEALS
    assert (found[1].care_level, found[1].age) == (CareLevel.SEVERE, 85)
    assert found[1].tags == sorted(tags)


@given(SITUATIONS)
def test_every_suggestion_has_a_reason_and_every_need_its_suggestion(situation: Situation) -> None:
    found = suggested(situation)
    kinds = [one.kind for one in found]
    assert len(set(kinds)) == len(kinds)
    for one in found:
        rule = RULES[one.kind]
        assert one.need_id or one.care_level or one.tags or one.age
        assert set(one.tags) == rule.tags & situation.tags
        assert (one.care_level is not None) == (situation.care_level in rule.levels)
    needed = [one for one in found if one.need_id is not None]
    assert {one.kind for one in needed} == set(situation.needs)
    assert found[: len(needed)] == needed
    urgencies = [_SOONEST.index(one.urgency) for one in needed if one.urgency]
    assert urgencies == sorted(urgencies)
