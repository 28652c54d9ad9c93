"""Ability assessments in the schema."""
