"""Family links and consents in the schema."""
