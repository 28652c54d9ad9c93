"""Elders in the schema."""
