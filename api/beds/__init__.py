"""Beds and stays in the schema."""
