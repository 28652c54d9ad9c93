"""The double-entry ledger: minutes of the time bank, happiness points, and money."""
