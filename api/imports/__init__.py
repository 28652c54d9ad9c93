"""Imports of elders: upload, progress, faults."""
