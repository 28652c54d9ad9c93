"""Volunteers: what they can do, when, whether they are cleared to visit, and who has said so."""
