"""Who is protected, in the schema."""
