"""What leaves for the platform above us, such as a province's: in order, at least once."""
