"""What our processes write to stderr; never with values that somebody has given us.

Errors carry them: PostgreSQL's DETAIL names the row that was refused, its driver and pydantic quote
the value. Tracebacks are kept, without these words.
"""

import logging
from collections.abc import Iterator
from typing import Any, cast

import asyncpg
from pydantic import ValidationError

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

_TALKATIVE = ("authlib", "httpx", "httpcore", "asyncio", "websockets", "sse_starlette")
"""They write whole addresses, frames and answers, with codes and tokens in them."""

_WITHHELD = "(withheld)"
_DATA_EXCEPTION = "22"
"""Class of SQLSTATEs whose messages quote a value."""

_formatter = logging.Formatter()


def start_logging(level: int = logging.INFO) -> None:
    """Write to stderr from now on."""
    logging.basicConfig(level=level, format=_FORMAT)
    quieten_libraries()
    usual = logging.getLogRecordFactory()

    def discreet(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = usual(*arguments, **named)
        if record.exc_info and record.exc_info[1] is not None:
            # A formatter writes this, where it is there, instead of the traceback.
            record.exc_text = without_values(
                _formatter.formatException(record.exc_info), record.exc_info[1]
            )
        return record

    logging.setLogRecordFactory(discreet)


def quieten_libraries() -> None:
    """Have the libraries of ours that write down what they send write warnings only."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_values(text: str, error: BaseException) -> str:
    """A traceback without the words of its errors that quote values.

    Parameters:
        error: whose traceback it is.
    """
    quoting = {words for one in _chain(error) for words in _quoting(one)}
    for words in sorted(quoting, key=len, reverse=True):
        text = text.replace(words, _WITHHELD)
    return text


def _quoting(error: BaseException) -> Iterator[str]:
    """What an error says with values in it."""
    if isinstance(error, asyncpg.PostgresError):
        if detail := error.as_dict().get("detail"):
            yield detail
        if (error.sqlstate or "").startswith(_DATA_EXCEPTION):
            yield str(error.args[0])
    elif isinstance(error, asyncpg.InterfaceError | ValidationError) and str(error):
        yield str(error)
        yield from map(str, error.args)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it came from."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [found for found in (one.__cause__, one.__context__) if found is not None]
        if isinstance(one, BaseExceptionGroup):
            waiting += cast(BaseExceptionGroup[BaseException], one).exceptions
