"""Masks: the registry of their names, their provenance, their pixels (RFC-003)."""
