"""What governs a region at a glance: figures, and the rows behind each."""
