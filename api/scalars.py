"""Scalars beside GraphQL's own and Strawberry's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NewType, cast

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.schema.types import base_scalars
from strawberry.types.scalar import ScalarDefinition

JsonObject = NewType("JsonObject", dict[str, Any])
"""An object of JSON, as a client gave it."""


def _object(value: Any) -> dict[str, Any]:
    """Raises: GraphQLError for what is no object, or can't be written as JSON."""
    if not isinstance(value, dict):
        raise GraphQLError("an object is wanted")
    try:
        # A literal may hold numbers that JSON has no room for here, and be too deep for it.
        orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise GraphQLError("an object of JSON is wanted") from error
    return cast(dict[str, Any], value)


def _moment(value: Any) -> datetime:
    """Raises: GraphQLError for what is no moment, or one of nobody knows which zone."""
    parse = base_scalars.DateTimeDefinition.parse_value
    assert parse is not None
    moment: datetime = parse(value)
    if moment.tzinfo is None:
        raise GraphQLError("a moment is wanted with its offset, such as Z or +08:00")
    return moment


SCALARS: Mapping[object, ScalarDefinition] = {
    JsonObject: strawberry.scalar(
        name="JSONObject",
        description="An object of JSON, such as an operation's variables.",
        parse_value=_object,
    ),
    datetime: replace(base_scalars.DateTimeDefinition, parse_value=_moment),
}
"""For the schema's ``scalar_map``."""
