"""The public emergency service (120), called for what may cost a life and nobody has answered."""
