"""What an elder can walk to."""
