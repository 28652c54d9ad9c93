"""The health record in the schema."""
