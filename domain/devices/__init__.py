"""Devices, what they reported, and what of it was refused."""
