"""People who sign in, and the elders they are linked to."""
