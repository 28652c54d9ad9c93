"""Places of care in the schema."""
