"""Caregivers in the schema."""
