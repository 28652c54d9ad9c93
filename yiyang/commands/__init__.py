"""The commands' bodies: each takes from the settings or the data directory what it needs."""
