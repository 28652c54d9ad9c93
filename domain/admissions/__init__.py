"""Applications for a bed: to many homes, and one is accepted."""
