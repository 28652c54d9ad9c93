"""Volunteers in the schema."""
