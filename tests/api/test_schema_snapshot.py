"""The schema that clients build on changes only on purpose."""

from pathlib import Path

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from api.schema import sdl

SNAPSHOT = Path(__file__).parents[2] / "api" / "schema.graphql"


def test_the_snapshot_is_the_schema() -> None:
    assert SNAPSHOT.read_text() == sdl(), "run `make schema` and look at what changed"


def test_everything_is_described() -> None:
    schema: GraphQLSchema = build_schema(sdl())
    undescribed: list[str] = []
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Boolean", "ID", "Float"):
            continue
        if not kind.description:
            undescribed.append(name)
        for member in (getattr(kind, "fields", None) or {}).items():
            if not member[1].description:
                undescribed.append(f"{name}.{member[0]}")
            if isinstance(kind, GraphQLObjectType):
                undescribed += [
                    f"{name}.{member[0]}({argument})"
                    for argument, given in member[1].args.items()
                    if not given.description
                ]
        for value, given in (getattr(kind, "values", None) or {}).items():
            if not given.description:
                undescribed.append(f"{name}.{value}")
    assert undescribed == []
