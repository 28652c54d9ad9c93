"""Care advisors' work in the schema."""
