"""Canteens, menus and meal orders in the schema."""
