"""Thresholds of rules that a division, or an elder, has for herself."""
