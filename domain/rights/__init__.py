"""Rights of the person: a copy of all data, corrections, erasure (PIPL, articles 44 to 50)."""
