"""Alembic migrations; ``yiyang migrate`` runs them."""
