"""Who is told of an alarm, by which channel, and what became of it."""
