"""Python source that is written once per plan and run for each answer.

Written code builds a page of 200 rows several times faster than closures do
(docs/decisions/0018-one-plan-per-operation.md). What clients name themselves, response keys,
stands in it as quoted text only.
"""

from collections.abc import Callable
from typing import Any

from api.plan.selection import Unplanned

MAX_FIELDS = 400
MAX_READINGS = 60
"""How much one plan may hold: past that, writing it takes longer than it saves, and fragments that
spread others twice would never end."""


class Source:
    """The functions of one plan."""

    def __init__(self) -> None:
        self._fields = 0
        self._readings = 0
        self._functions: list[str] = []
        self._names: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self._count = 0

    def spend(self, *, fields: int = 0, readings: int = 0) -> None:
        """Note what is written. Raises: Unplanned where it becomes too much."""
        self._fields += fields
        self._readings += readings
        if self._fields > MAX_FIELDS or self._readings > MAX_READINGS:
            raise Unplanned("too large to be worth a plan")

    def fresh(self, letter: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: Any) -> str:
        """The name of a Python object in the source."""
        name = self._known.get(id(value))
        if name is None:
            name = self._known[id(value)] = self.fresh("k")
            self._names[name] = value
        return name

    def function(self, parameters: str, *lines: str) -> str:
        """Add a function; returns its name."""
        name = self.fresh("f")
        body = "\n".join(f"    {line}" for line in lines)
        self._functions.append(f"def {name}({parameters}):\n{body}\n")
        return name

    def row(self, attributes: tuple[str, ...]) -> str:
        """Add a class for what a computed field reads of a row; returns its name."""
        name = self.fresh("R")
        given = ", ".join(attributes)
        lines = [f"class {name}:", f"    __slots__ = {attributes!r}"]
        lines += [f"    def __init__(self, {given}):"] if attributes else []
        lines += [f"        self.{one} = {one}" for one in attributes]
        self._functions.append("\n".join(lines) + "\n")
        return name

    @property
    def text(self) -> str:
        """The source."""
        return "\n".join(self._functions)

    def compiled(self) -> Callable[[str], Any]:
        """Compile; gives the functions by their names."""
        names = dict(self._names)
        exec(compile(self.text, "<plan>", "exec"), names)
        return names.__getitem__
