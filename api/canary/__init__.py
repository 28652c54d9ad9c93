"""Whether the chain from a button to a screen works, in the schema."""
