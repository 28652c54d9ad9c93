"""What people enter in words of their own: lines, notes and reasons."""

from domain.errors import InvalidInput
from domain.reasons import Reason

MAX_NOTE = 2000
"""Characters of a note, and of a reason."""


def line(field: str, given: str, most: int) -> str:
    """A text that says something on one line, without blanks around it.

    Parameters:
        field: the input's, in snake case.
        most: characters.

    Raises: InvalidInput(field).
    """
    text = given.strip()
    if not 1 <= len(text) <= most or not text.isprintable():
        raise InvalidInput(field, reason=Reason.LENGTH, least=1, most=most)
    return text


def note(given: str | None, field: str = "note", most: int = MAX_NOTE) -> str | None:
    """What somebody adds in words of their own, as it was given.

    Parameters:
        given: None for nothing to say.
        field: the input's, in snake case; so below.
        most: characters.

    Raises: InvalidInput(field).
    """
    if given is not None and len(given) > most:
        raise InvalidInput(field, reason=Reason.TOO_LONG, most=most)
    return given


def reason(given: str, field: str = "reason") -> str:
    """Why somebody does something, as it was given: 1 to 2000 characters, one of them to be seen.

    Raises: InvalidInput(field).
    """
    says_something = any(letter.isprintable() and not letter.isspace() for letter in given)
    if not says_something or len(given) > MAX_NOTE:
        raise InvalidInput(field, reason=Reason.LENGTH, least=1, most=MAX_NOTE)
    return given
