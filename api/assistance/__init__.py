"""Social assistance in the schema."""
