"""Beds and who lies in them."""
