"""Chaos and load: what was sent, what is stored, raised and delivered, whatever dies meanwhile.

    python -m benchmarks.alarms [--only NAME …] [--short]

A stand of its own: PostgreSQL that flushes to the disk, a broker, and ``yiyang bridge``, ``work``
and ``serve`` as processes. Each scenario (``scenarios.py`` lists them) lets devices call while
something goes wrong, and holds the calls against the database and against what a duty desk's
socket was told.
"""
