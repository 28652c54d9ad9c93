"""Registers that people bring as spreadsheets: entered whole, or not at all."""
