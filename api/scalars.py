"""Scalars beside GraphQL's own and Strawberry's."""

from collections.abc import Mapping
from typing import Any, NewType, cast

import orjson
import strawberry
from graphql import GraphQLError
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


SCALARS: Mapping[object, ScalarDefinition] = {
    JsonObject: strawberry.scalar(
        name="JSONObject",
        description="An object of JSON, such as an operation's variables.",
        parse_value=_object,
    )
}
"""For the schema's ``scalar_map``."""
