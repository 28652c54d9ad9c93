"""Devices in the schema."""
