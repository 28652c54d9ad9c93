"""How soon alarms pass on, as divisions set it."""
