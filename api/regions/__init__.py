"""Administrative divisions in the schema."""
