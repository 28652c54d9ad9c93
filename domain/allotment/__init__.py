"""Visits that volunteers apply for until a moment, and that are allotted fairly then."""
