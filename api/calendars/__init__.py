"""Calendars of visits and shifts, for apps that subscribe to them."""
