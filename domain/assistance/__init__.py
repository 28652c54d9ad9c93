"""Social assistance: applications, decisions and their clocks."""
