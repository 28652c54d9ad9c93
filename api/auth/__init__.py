"""Tokens: who sends a request."""
