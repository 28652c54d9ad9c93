"""What a document asks for, in the declarations' words: before it is executed, and for whom."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)
from strawberry.utils.str_converters import to_snake_case

from api.plan.shapes import Declaration, declared_types, unwrapped
from api.schema import core


def declared_fields(text: str) -> Iterator[tuple[str, Declaration]]:
    """The declared fields of a document that the schema has admitted, each once, as
    ``Type.field``."""
    asked = _Fields(core)
    visit(parse(text), TypeInfoVisitor(asked.types, asked))
    for row_type in declared_types():
        for name in sorted(asked.found.get(row_type.cls.__name__, ())):
            given = row_type.fields.get(to_snake_case(name))
            if given is not None:
                yield f"{row_type.cls.__name__}.{name}", unwrapped(given)


class _Fields(Visitor):
    """The fields that a document asks for, by their types."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.found: dict[str, set[str]] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note one."""
        parent = self.types.get_parent_type()
        kind = get_named_type(parent) if parent else None
        if isinstance(kind, GraphQLObjectType):
            self.found.setdefault(kind.name, set()).add(node.name.value)
