"""The schema by the rules of @graphql-eslint, Relay's among them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.schema import sdl
from tests import npm

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    npm.need(HERE)


def complaints(schema: str) -> list[dict[str, Any]]:
    """What the linter says of a schema."""
    eslint = HERE / "node_modules" / "eslint" / "bin" / "eslint.js"
    options = ["--format", "json", "--stdin", "--stdin-filename", "schema.graphql"]
    run = subprocess.run(
        [npm.node(), eslint, *options],
        cwd=HERE,
        env=npm.with_node(),
        input=schema,
        capture_output=True,
        text=True,
    )
    assert run.returncode in (0, 1), run.stderr
    (file,) = json.loads(run.stdout)
    return file["messages"]


def test_the_linter_has_nothing_to_say() -> None:
    assert [f"{one['line']}: {one['message']} {one['ruleId']}" for one in complaints(sdl())] == []


SPOILT = {
    "require-description": (r'  """When it happened[^"]*"""\n', ""),
    "naming-convention": (r"  raisedAt: ", "  raised_at: "),
    "relay-connection-types": (r"  edges: \[AlarmEdge!\]!", "  edges: AlarmEdge"),
    "relay-page-info": (r"  hasNextPage: Boolean!", "  hasNextPage: String"),
    "relay-arguments": (r"(  alarms\(\n[^)]*)first: Int", r"\1first: String"),
    "input-name": (r"\(input: |    input: VisitClaimInput!", "    given: VisitClaimInput!"),
}
"""Rule -> what of the schema to spoil so that it is broken, and how."""


def test_each_of_these_rules_would_have_something_to_say() -> None:
    """Else a linter that looks at nothing would do."""
    schema = sdl()
    for rule, (pattern, spoilt) in SPOILT.items():
        schema, times = re.subn(pattern, spoilt, schema, count=1)
        assert times == 1, rule
    found = {one["ruleId"].removeprefix("@graphql-eslint/") for one in complaints(schema)}
    assert set(SPOILT) - found == set()
