"""Alarms in the schema: the queue, what people do about it, and the live stream."""
