"""Volunteers and their visits to elders."""
