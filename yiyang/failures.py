"""What may go wrong for a person at the terminal."""


class Failure(Exception):
    """Something that the user can do something about: one clear sentence, no traceback."""
