"""Commands that make a manifest of trusted documents, and say whether one can be used."""

from collections.abc import Sequence
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    print_ast,
    separate_operations,
)

from api.documents import compiled
from api.trusted import PREFIX, BadManifest, hash_of, trusted_documents
from yiyang.failures import Failure


def build(files: Sequence[Path]) -> dict[str, str]:
    """A manifest of the operations in some files, each with the fragments that it uses.

    Parameters:
        files: GraphQL; a fragment may stand in another file than what uses it.
    Raises: Failure that names the operation at fault.
    """
    manifest: dict[str, str] = {}
    for name, document in separate_operations(_together(files)).items():
        if not name:
            raise Failure("an operation has no name: a document that is trusted needs one.")
        text = print_ast(document)
        if errors := compiled(text).errors:
            raise Failure(f"{name}: {errors[0].message}")
        manifest[f"{PREFIX}{hash_of(text)}"] = text
    if not manifest:
        raise Failure("there is no operation in these files.")
    return manifest


def check(manifest: Path) -> int:
    """How many documents a manifest holds. Raises: Failure where it cannot be used."""
    try:
        return len(trusted_documents(manifest))
    except BadManifest as error:
        raise Failure(str(error)) from error


def _together(files: Sequence[Path]) -> DocumentNode:
    """All definitions of some files. Raises: Failure for a name that is given twice."""
    definitions: dict[tuple[str, str], OperationDefinitionNode | FragmentDefinitionNode] = {}
    for file in files:
        for one in _parsed(file).definitions:
            if not isinstance(one, OperationDefinitionNode | FragmentDefinitionNode):
                raise Failure(f"{file} holds more than operations and fragments.")
            name = one.name.value if one.name else ""
            if definitions.setdefault((one.kind, name), one) is not one:
                raise Failure(f"{file}: there is another {name or 'operation without a name'}.")
    return DocumentNode(definitions=tuple(definitions.values()))


def _parsed(file: Path) -> DocumentNode:
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}") from error
    except GraphQLError as error:
        raise Failure(f"{file}: {error.message}") from error
