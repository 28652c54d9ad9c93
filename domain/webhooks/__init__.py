"""Webhooks: a vendor's own system is told of changes, at an address of its own."""
