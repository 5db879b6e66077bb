"""The content-addressed objects: storing, reading and sweeping them (ADR-018)."""
