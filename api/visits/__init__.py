"""Volunteers and visits in the schema."""
