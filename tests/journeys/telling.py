"""Pages that tell a story in operations, each with the answer below it."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.access import Role


@dataclass(frozen=True)
class Told:
    """An operation of a page.

    Parameters:
        role: whose token it takes.
        person: their name or id; the player of the role if empty.
        answer: what the page says that it answers.
    """

    role: Role
    person: str
    operation: str
    answer: Any


def blocks(page: Path, language: str) -> list[str]:
    """What stands on a page in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def story(page: Path) -> list[Told]:
    """Who asks, what, and what is answered: the last of the page's answers, one for each."""
    operations = blocks(page, "graphql")
    answers = [json.loads(one) for one in blocks(page, "json")[-len(operations) :]]
    asked = [re.split(r"[:\n]", one)[0].removeprefix("# ") for one in operations]
    return [
        Told(Role[who.split()[0]], who.partition(" ")[2], operation, answer)
        for who, operation, answer in zip(asked, operations, answers, strict=True)
    ]


def is_as_written(answer: Any, written: Any, of_the_day: Collection[str], name: str = "") -> bool:
    """Whether an answer is what the page says; an ellipsis stands for any text but none.

    Parameters:
        of_the_day: names of figures that are others each time; they are figures all the same.
    """
    if isinstance(written, dict) and isinstance(answer, dict):
        return list(answer) == list(written) and all(
            is_as_written(answer[key], value, of_the_day, key) for key, value in written.items()
        )
    if isinstance(written, list) and isinstance(answer, list):
        return len(answer) == len(written) and all(
            is_as_written(one, other, of_the_day)
            for one, other in zip(answer, written, strict=True)
        )
    if isinstance(written, str) and isinstance(answer, str):
        # A letter before the ellipsis tells one id of a kind from another.
        escaped = re.escape(re.sub(r"_[A-Z]…$", "_…", written))
        return bool(re.fullmatch(escaped.replace("…", ".+"), answer, re.DOTALL))
    if name in of_the_day and not isinstance(written, bool):
        return isinstance(answer, (int, float))
    return answer == written
