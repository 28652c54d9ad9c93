"""Two entries of one person become one, and can be taken apart again."""
