"""`yiyang documents`: from an app's files to a manifest that the API takes."""

import json
from pathlib import Path

import pytest

from api.trusted import hash_of, trusted_documents
from yiyang.commands.documents import build, check
from yiyang.failures import Failure

OPERATIONS = """query Mine { viewer { ...Parts } }
query Others { elders(first: 1) { nodes { id } } }"""
FRAGMENTS = "fragment Parts on Account { id role }"


def files(folder: Path, *texts: str) -> list[Path]:
    named = [folder / f"{number}.graphql" for number in range(len(texts))]
    for file, text in zip(named, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return named


def test_each_operation_is_a_document_with_what_it_uses(tmp_path: Path) -> None:
    manifest = build(files(tmp_path, OPERATIONS, FRAGMENTS))
    mine, others = manifest.values()
    assert "query Mine" in mine
    assert "fragment Parts" in mine
    assert "Parts" not in others
    assert list(manifest) == [f"sha256:{hash_of(text)}" for text in (mine, others)]
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert check(file) == len(trusted_documents(file)) == 2


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["{ viewer { id } }"], "has no name"),
        ([FRAGMENTS], "no operation"),
        (["query A { viewer { nothing } }"], "A: Cannot query field 'nothing'"),
        (["query A { viewer { id } }", "query A { viewer { role } }"], "there is another A"),
        (["type T { a: Int }"], "more than operations"),
        (["query A {"], "Syntax Error"),
    ],
)
def test_what_cannot_be_trusted_is_named(tmp_path: Path, texts: list[str], says: str) -> None:
    with pytest.raises(Failure, match=says):
        build(files(tmp_path, *texts))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"none\.graphql"):
        build([tmp_path / "none.graphql"])
    with pytest.raises(Failure, match=r"none\.json"):
        check(tmp_path / "none.json")
