"""What an object costs: a point, but where its field says that more is read than is shown."""

from typing import Any, Final

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter

OBJECT: Final = 1
"""Of an object that is a row, or a part of one."""

CURVE: Final = 10
"""Of a curve, beside its points: some thousand values are read for it."""

FIGURE: Final = 50
"""Of a figure that all rows of a region are read for."""

_METADATA = "points"


def priced(points: int) -> dict[str, Any]:
    """What a Strawberry field carries whose objects cost more than a point.

    Parameters:
        points: of each of them.
    """
    return {_METADATA: points}


def price_of(field: GraphQLField) -> int:
    """Points of each object of a field."""
    declared: Any = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return declared.metadata.get(_METADATA, OBJECT) if declared else OBJECT
