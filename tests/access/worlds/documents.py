"""Operations as GraphQL documents."""

from collections.abc import Sequence

from strawberry.utils.str_converters import to_camel_case

from api.plan.shapes import Order
from api.relay import encode_cursor
from tests.access.world import Row
from tests.access.worlds.selections import Field, Part, Selection

PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes"


def query(fields: Sequence[Field]) -> str:
    """What asks for some root fields."""
    return "{ " + " ".join(map(_text, fields)) + " }"


def listing(field: Field) -> str:
    """What asks an export for all rows of a list."""
    assert field.below is not None
    head = f"{field.key}: {to_camel_case(field.name)}{_arguments(field)}"
    return f"{{ {head} {{ nodes {_rows(field.below)} }} }}"


def subscription(after: str | None, filtered: str, selection: Selection) -> str:
    """What follows alarms.

    Parameters:
        after: the cursor to begin after; None where somebody else says that.
        filtered: the filter's fields; empty for all alarms.
    """
    given = [f'after: "{after}"'] if after else []
    given += [f"filter: {{{filtered}}}"] if filtered else []
    arguments = f"({', '.join(given)})" if given else ""
    return f"subscription {{ alarmChanged{arguments} {{ change alarm {_rows(selection)} }} }}"


def cursor(row: Row, order: Order) -> str:
    """Of a row in a list."""
    return encode_cursor([row[column.key] for column in order.columns])


def _text(field: Field) -> str:
    head = f"{field.key}: {to_camel_case(field.name)}{_arguments(field)}"
    if field.name == "access_list":
        return f"{head} {{ role }}"
    if field.below is None:
        return head
    rows = _rows(field.below)
    if field.name in ("node", "nodes"):
        return f"{head} {{ ... on {field.below.row_type.cls.__name__} {rows} }}"
    return f"{head} {{ {PAGE} {rows} }}" if field.part else f"{head} {rows}"


def _rows(selection: Selection) -> str:
    own = ["__typename", *(["id"] if selection.row_type.prefix else [])]
    return "{ " + " ".join([*own, *map(_text, selection.fields)]) + " }"


def _arguments(field: Field) -> str:
    given = dict(field.given)
    if "ids" in given:
        return "(ids: [" + ", ".join(f'"{one}"' for one in given["ids"]) + "])"
    if "id" in given:
        return f'(id: "{given["id"]}")'
    wanted = _paging(field.part, field.order) if field.part else []
    filtered = [f'region: "{given["region"]}"'] if "region" in given else []
    filtered += [f"tag: {given['tag']}"] if "tag" in given else []
    wanted += [f"filter: {{{', '.join(filtered)}}}"] if filtered else []
    return f"({', '.join(wanted)})" if wanted else ""


def _paging(part: Part, order: Order) -> list[str]:
    ends = {"after": part.after, "before": part.before}
    return [
        f"{'last' if part.backward else 'first'}: {part.size}",
        *(f'{name}: "{cursor(row, order)}"' for name, row in ends.items() if row),
    ]
