"""``docs/errors.md``: every code, and what it is in words, made from the texts that clients get."""

from collections.abc import Iterable, Sequence
from typing import Any

from api.errors import UNSPOKEN
from api.reasons import REASONS
from api.request_words import REQUEST
from api.texts import ERRORS, Language
from domain.errors import ErrorCode

_HEAD = """\
# Errors

Made by `yiyang errors` from the codes (`domain/errors.py`, `api/errors.py`) and the texts
(`api/texts.py`, `api/reasons.py`); `make errors` writes it anew.

Branch on codes; they are stable. Texts are for people, in the language of `Accept-Language` (over a
socket, of `language` in `connection_init`), and may change; `{{…}}` stands for a fact.

- A mutation that does not do what it was asked to answers `userErrors {{code field message
  blockers}}`, and nothing has been changed. Codes are those of the enum `ErrorCode`.
- Everything else is in `errors`, with `extensions.code` and `extensions.requestId`, by which
  operators find it in the logs. `extensions.field` names the argument at fault, where one is;
  `extensions.retryAfter` the seconds after which another try may succeed.

## Of what was asked: `ErrorCode`

{asked}
## Of the request

Only in `errors`.

{request}
## Why a value is not admitted

The `{{reason}}` of INVALID_INPUT.

{reasons}
## What is wrong with a request

The `{{reason}}` of BAD_REQUEST and of QUERY_TOO_LARGE.

{wrong}"""


def errors_page() -> str:
    """The page as Markdown. The schema has to be imported: it describes the codes."""
    meanings = {
        value.name: value.description or ""
        for value in _definition(ErrorCode).values  # in the order in which they are declared
    }
    asked = [(code, meaning, *ERRORS[code]) for code, meaning in meanings.items()]
    others = {code: texts for code, texts in ERRORS.items() if code not in meanings}
    request = [(code, *texts) for code, texts in others.items()]
    request += [(code, "", "", meaning) for code, meaning in UNSPOKEN.items()]
    languages = [language.value for language in Language]
    return _HEAD.format(
        asked=_table(["code", "meaning", *languages], asked),
        request=_table(["code", *languages], sorted(request)),
        reasons=_table(languages, REASONS.values()),
        wrong=_table(languages, REQUEST),
    )


def _definition(values: Any) -> Any:
    return values.__strawberry_definition__


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head)]
    lines += [[f"`{row[0]}`" if row[0] in _CODES else row[0], *row[1:]] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_CODES = {*ERRORS, *UNSPOKEN}
