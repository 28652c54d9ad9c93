"""Who sees places of care."""

from domain.row_access import PUBLIC

station_visible = PUBLIC
"""A place of care is in the city's directory: whoever has signed in sees it."""
