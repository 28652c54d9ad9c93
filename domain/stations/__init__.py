"""Places of care: homes, street centres and neighbourhood stations."""
