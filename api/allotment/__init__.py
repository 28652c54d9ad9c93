"""Windows for which volunteers apply, in the schema."""
