"""What clients of the last release rely on goes only on purpose: docs/releases."""

import tomllib
from pathlib import Path

import pytest
from graphql import (
    BreakingChange,
    BreakingChangeType,
    GraphQLEnumType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
)
from packaging.version import Version

from api.schema import sdl

RELEASES = Path(__file__).parents[2] / "docs" / "releases"


def newest() -> Path:
    """The schema of the last release."""
    return max(RELEASES.glob("*.graphql"), key=lambda path: Version(path.stem))


def allowed() -> list[str]:
    """The descriptions of what may break."""
    entries = tomllib.loads((RELEASES / "breaking.toml").read_text()).get("allowed", [])
    assert all(entry["reason"].strip() for entry in entries)
    return [change for entry in entries for change in entry["changes"]]


def was_announced(change: BreakingChange, old: GraphQLSchema) -> bool:
    """Whether the last release has marked as deprecated what has gone."""
    where = next((word for word in change.description.split() if "." in word), "").rstrip(".")
    owner, _, name = where.partition(".")
    kind = old.type_map.get(owner)
    if change.type is BreakingChangeType.VALUE_REMOVED_FROM_ENUM and isinstance(
        kind, GraphQLEnumType
    ):
        return kind.values[name].deprecation_reason is not None
    fields = getattr(kind, "fields", {})
    if change.type is BreakingChangeType.FIELD_REMOVED and name in fields:
        return fields[name].deprecation_reason is not None
    return False


def unannounced(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """What breaks clients without a release's warning."""
    found = find_breaking_changes(old, new)
    return [change.description for change in found if not was_announced(change, old)]


def test_nothing_breaks_but_what_is_said_to() -> None:
    found = unannounced(build_schema(newest().read_text()), build_schema(sdl()))
    said = allowed()
    assert sorted(set(found) - set(said)) == [], "deprecate it first, or see breaking.toml"
    assert sorted(set(said) - set(found)) == [], "these break nothing (any more)"
    assert len(said) == len(set(said))


def test_every_type_that_is_gone_is_in_the_changelog() -> None:
    old, new = build_schema(newest().read_text()), build_schema(sdl())
    text = (RELEASES.parents[1] / "CHANGELOG.md").read_text()
    unreleased = text[text.index("## [Unreleased]") :].partition("\n## [0")[0]
    assert [
        name for name in old.type_map if name not in new.type_map and name not in unreleased
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ("type Query { a: Int b: Int }", "type Query { a: Int }", True),
        ("type Query { a: Int b: Int @deprecated }", "type Query { a: Int }", False),
        ("type Query { a: Int }", "type Query { a: Int! b: Int }", False),
        ("type Query { a: Int! }", "type Query { a: Int }", True),
        ("type Query { a: Int }", "type Query { a(b: Int!): Int }", True),
        ("enum E { A B } type Query { a: E }", "enum E { A } type Query { a: E }", True),
        (
            "enum E { A B @deprecated } type Query { a: E }",
            "enum E { A } type Query { a: E }",
            False,
        ),
    ],
)
def test_what_breaks(old: str, new: str, breaks: bool) -> None:
    assert bool(unannounced(build_schema(old), build_schema(new))) is breaks
