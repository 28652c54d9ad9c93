"""Who gets which visit, beside all the ways in which it could have been decided."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.allotment.matching import Wish, allot

Wishes = list[Wish[int, str]]

PEOPLE = "ABCD"


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    """Of four people for at most six visits of three blocks, ranked in any way."""
    blocks = draw(st.lists(st.integers(0, 2), max_size=6))
    pairs = [(task, person) for task in range(len(blocks)) for person in PEOPLE]
    wanted = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    ranks = st.integers(0, 5)
    return [Wish(task, person, blocks[task], draw(ranks)) for task, person in wanted]


def ways(given: Wishes) -> Iterator[dict[int, str]]:
    """All that are allowed."""
    tasks = sorted({wish.task for wish in given})
    block = {wish.task: wish.block for wish in given}
    choices = [[None, *(w.person for w in given if w.task == task)] for task in tasks]
    for chosen in product(*choices):
        way = {task: who for task, who in zip(tasks, chosen, strict=True) if who is not None}
        if len({(who, block[task]) for task, who in way.items()}) == len(way):
            yield way


def worth(given: Wishes, held: Mapping[str, int], way: Mapping[int, str]) -> tuple[object, ...]:
    """Less is better: how many visits nobody has, how busy the busiest is, and so on, and how well
    it suits them."""
    had = Counter(held) + Counter(way.values())
    busy = sorted((had[who] for who in PEOPLE), reverse=True)
    ranks = {(wish.task, wish.person): wish.rank for wish in given}
    return -len(way), busy, sum(ranks[task, who] for task, who in way.items())


@settings(max_examples=300, deadline=None)
@given(wishes(), st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 4)))
def test_no_other_way_is_better(given: Wishes, held: dict[str, int]) -> None:
    found = allot(given, held)
    every = list(ways(given))
    assert found in every
    assert worth(given, held, found) == min(worth(given, held, way) for way in every)


def test_two_who_want_the_same_two_get_one_each() -> None:
    given = [Wish(task, who, task, 0) for task in (1, 2) for who in "AB"]
    assert set(allot(given, {}).values()) == {"A", "B"}


def test_who_can_go_nowhere_else_goes_first_so_that_all_are_visited() -> None:
    given = [Wish(1, "A", 0, 0), Wish(1, "B", 0, 9), Wish(2, "A", 0, 5)]
    assert allot(given, {"A": 7}) == {1: "B", 2: "A"}


def test_who_had_fewer_goes_before_who_suits_better() -> None:
    given = [Wish(1, "A", 0, 0), Wish(1, "B", 0, 1000)]
    assert allot(given, {"A": 3, "B": 2}) == {1: "B"}
    assert allot(given, {"A": 2, "B": 2}) == {1: "A"}


def test_nothing_for_nobody() -> None:
    assert allot([], {}) == {}
