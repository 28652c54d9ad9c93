"""Every table is in an elder's copy and erasure, or is known to hold nothing about elders."""

from uuid import UUID

import pytest

from domain.metadata import METADATA
from domain.rights.holdings import ELSEWHERE, HOLDINGS, Blanked
from domain.rights.reach import rows_about


def test_no_table_is_forgotten() -> None:
    """A table of yours is missing? Say in `domain/rights/holdings.py` how its rows lead to an elder
    and what becomes of them at an erasure, or why it holds nothing about elders."""
    assert sorted(METADATA.tables) == sorted({*HOLDINGS, *ELSEWHERE})
    assert HOLDINGS.keys() & ELSEWHERE.keys() == set()


@pytest.mark.parametrize("name", sorted(HOLDINGS))
def test_rows_lead_to_an_elder_and_blanks_are_columns(name: str) -> None:
    rows_about(name, UUID(int=0))
    fate = HOLDINGS[name].fate
    if isinstance(fate, Blanked):
        assert set(fate.values) <= set(METADATA.tables[name].columns.keys())
        assert fate.values


def test_whatever_points_to_an_elder_is_a_holding() -> None:
    pointing = {
        table.name
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name == "elder_id" or column.references(METADATA.tables["elder"].c.id)
    }
    assert pointing <= HOLDINGS.keys()


def test_no_ciphertext_of_an_elder_outlives_them() -> None:
    """What is sealed is personal: where the row stays, the column is blanked."""
    for name, holding in HOLDINGS.items():
        columns = METADATA.tables[name].columns.keys()
        sealed = {column for column in columns if column.endswith(("_cipher", "_masked"))}
        if isinstance(holding.fate, Blanked):
            assert sealed <= set(holding.fate.values), name
