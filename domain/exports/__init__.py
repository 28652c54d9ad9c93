"""Long lists as files: asked for once, written by a worker, kept for a week."""
