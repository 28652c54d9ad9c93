"""What each field comes from, declared once, and the reads that follow from it."""
