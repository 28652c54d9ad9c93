"""How soon an alarm that nobody answers passes on: the rules' times, and what a district sets."""
