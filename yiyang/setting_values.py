"""What settings' values are read with, and how what is wrong with one is said."""

import base64

from pydantic import ValidationError

from yiyang.failures import Failure

_KEY_BYTES = 32


class SettingsError(Failure):
    """A setting is missing or makes no sense; the message names it and what it wants."""


def faults(error: ValidationError) -> str:
    """What is wrong, where, and nothing of what was given."""
    return "; ".join(
        f"{'.'.join(map(str, found['loc']))}: {said(found['msg'])}".removeprefix(": ")
        for found in error.errors(include_input=False, include_url=False, include_context=False)
    )


def said(message: str) -> str:
    """Pydantic's message, without the name of the class that it puts before ours."""
    return message.removeprefix("Value error, ")


def key_of(text: str, variable: str) -> bytes:
    """A key of 32 bytes. Raises: SettingsError."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SettingsError(f"{variable} is not base64.") from error
    if len(key) != _KEY_BYTES:
        raise SettingsError(f"{variable} has {len(key)} bytes and needs {_KEY_BYTES}.")
    return key
