"""How fast reads are, beside the best that Node offers and beside one hand-written statement."""
