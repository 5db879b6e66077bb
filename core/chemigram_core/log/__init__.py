"""The log of operations: its lines, its file, and the index over it (ADR-018)."""
