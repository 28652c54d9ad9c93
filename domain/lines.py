"""Lines of text as people enter them."""

from domain.errors import InvalidInput
from domain.reasons import Reason


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
