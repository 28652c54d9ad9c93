"""A vendor's poller: every change of its own devices' alarms, at least once, as JSON lines."""
