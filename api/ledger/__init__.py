"""The ledger in the schema: accounts, transfers, holds; the time bank and happiness points."""
