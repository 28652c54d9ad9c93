"""Merges of entries."""
