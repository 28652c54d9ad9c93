"""Who sees divisions."""

from domain.row_access import PUBLIC

region_visible = PUBLIC
"""Divisions are public: everyone who has signed in sees all of them."""
