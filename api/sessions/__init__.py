"""Login sessions in the schema."""
