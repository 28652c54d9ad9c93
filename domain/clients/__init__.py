"""Vendors' own systems: OAuth clients, and how they prove who they are."""
