"""The cockpit: a region's figures, and the rows behind each."""
