"""Bytes in a table are what their declaration says."""

from sqlalchemy import LargeBinary

from domain.metadata import METADATA
from domain.tables import SEALED

BYTES = {
    f"{table.name}.{column.name}": SEALED in column.info
    for table in METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, LargeBinary)
}


def test_what_is_called_a_cipher_is_declared_sealed() -> None:
    """`yiyang keys rotate` finds ciphertext by its declaration alone: `tables.sealed()`."""
    assert {name for name, sealed in BYTES.items() if name.endswith("_cipher") and not sealed} == (
        set()
    )


def test_what_is_called_a_hash_is_not_declared_sealed() -> None:
    """A hash cannot be opened and sealed anew: `tables.keyed_hash()`."""
    hashes = {name for name in BYTES if name.endswith(("_hash", "_digest", ".digest", ".key"))}
    assert {name for name in hashes if BYTES[name]} == set()
