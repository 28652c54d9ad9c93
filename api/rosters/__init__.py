"""Who is on call, in the schema."""
