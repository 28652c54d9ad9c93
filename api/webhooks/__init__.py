"""Webhooks: subscriptions whose results go to an address."""
