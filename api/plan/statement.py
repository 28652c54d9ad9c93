"""One planned statement, and whether PostgreSQL plans it once or for each value.

Planning takes PostgreSQL as long as a small list itself. So what it needs to know stands in the
text: regions, page sizes, words of enums. There are few of each, and each text is prepared once a
connection. Communities are many and small: of a range that it does not know PostgreSQL expects a
two-hundredth of the rows, which is right for them. Where a value may be anything that changes the
plan, such as a part of a name, PostgreSQL plans anew.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.context import Context
from api.plan.arguments import Arguments
from api.plan.keyed import hashed
from api.plan.records import AnySelect, text_of
from domain.access import Actor
from domain.tables import Subtree

MAX_TEXTS = 64
"""How many texts one statement keeps."""

_STREET = 9
"""Digits of a street's code; a community's has more."""

_PLACE = re.compile(r"\$(\d+)::")
_WORD = re.compile(r"[A-Za-z0-9_:]*", re.ASCII)

Binding = Callable[[Actor, Subtree | None, Sequence[Any]], tuple[Any, ...]]


_Text = tuple[str, Binding]


@dataclass(frozen=True, eq=False)
class Statement:
    """SQL and what it is run with.

    Parameters:
        given: actor, subtree of its region, the request's values -> the arguments.
        sources: where each argument comes from.
        by_key: whether it begins at one row by its key: one plan is good for any.
        few: places of values that may stand in the text.
        regions: places of the bounds of regions.
        anew: whether there are values for which PostgreSQL must plan anew.
        keyed: whether there are values of which the hash is given.
    """

    text: str
    given: Binding
    sources: tuple[str, ...]
    by_key: bool
    few: tuple[int, ...] = ()
    regions: tuple[tuple[int, int], ...] = ()
    anew: bool = False
    keyed: bool = False
    _texts: dict[Any, _Text] = field(default_factory=dict[Any, _Text])

    @classmethod
    def of(cls, select: AnySelect, arguments: Arguments, *, by_key: bool) -> "Statement":
        """A statement whose values have been noted in ``arguments``."""
        text, sources = text_of(select), tuple(arguments.sources)
        few = tuple(sorted(arguments.few))
        regions = tuple(arguments.regions)
        given, anew, keyed = _given(sources), arguments.anew, arguments.keyed
        return cls(text, given, sources, by_key, few, regions, anew, keyed)

    async def rows(self, context: Context, values: Sequence[Any]) -> list[Any]:
        """The rows, for whoever the answer is for."""
        actor, subtree = context.actor, context.subtree
        written = None if self.by_key else self._written(subtree, values)
        text, given = written or (self.text, self.given)
        once = self.by_key or written is not None
        arguments = given(actor, subtree, values)
        if self.keyed:
            arguments = tuple(hashed(one, context.vault) for one in arguments)
        return await context.rows(text, arguments, once=once)

    def _written(
        self, subtree: Subtree | None, values: Sequence[Any]
    ) -> tuple[str, Binding] | None:
        """The text with what PostgreSQL needs to know in it; None where that is not all."""
        if self.anew:
            return None
        words = (
            *(_word(values[place]) for place in self.few),
            *(_of_street(bound) for bound in self._bounds(subtree, values)),
        )
        if None in words[: len(self.few)]:
            return None
        # The one that was asked for last stands last.
        known = self._texts.pop(words, None)
        if known is None:
            if len(self._texts) >= MAX_TEXTS:
                del self._texts[next(iter(self._texts))]
            known = self._with(words)
        self._texts[words] = known
        return known

    def _bounds(self, subtree: Subtree | None, values: Sequence[Any]) -> Iterator[str]:
        """Both bounds of each region, the actor's first."""
        if subtree:
            yield subtree.first
            yield subtree.beyond
        for first, beyond in self.regions:
            yield values[first]
            yield values[beyond]

    def _with(self, words: Sequence[str | None]) -> _Text:
        places = [f"v[{place}]" for place in self.few]
        bounds = [f"v[{place}]" for pair in self.regions for place in pair]
        if len(words) > len(places) + len(bounds):
            places += ["t.first", "t.beyond"]
        literals = dict(zip([*places, *bounds], words, strict=True))
        rest: list[str] = []

        def place(found: re.Match[str]) -> str:
            source = self.sources[int(found[1]) - 1]
            if literals.get(source) is not None:
                return f"'{literals[source]}'::"
            if source not in rest:
                rest.append(source)
            return f"${rest.index(source) + 1}::"

        return _PLACE.sub(place, self.text), _given(rest)


def _given(sources: Sequence[str]) -> Binding:
    return eval(f"lambda a, t, v: ({''.join(f'{source}, ' for source in sources)})")


def _word(value: Any) -> str | None:
    """A value as it may stand between quotes; None for one that is no word."""
    if isinstance(value, list):
        words = [_word(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        return None if None in words else "{" + ",".join(map(str, words)) + "}"
    text = str(value)
    return text if _WORD.fullmatch(text) else None


def _of_street(bound: str) -> str | None:
    """A region's bound as it may stand in the text; None for a community's."""
    return bound if len(bound) <= _STREET and _WORD.fullmatch(bound) else None
