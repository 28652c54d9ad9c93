"""Applications for a bed in the schema."""
