"""Thresholds of devices' rules, and what others would have done."""
