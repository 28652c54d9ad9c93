"""Notifications in the schema: who was told, and who lets themselves be told."""
