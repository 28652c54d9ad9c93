"""Care advisors: whom each answers for, what these need, and what might help."""
