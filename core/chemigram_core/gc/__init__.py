"""Collecting what no ref reaches: what is reachable, and the collector (RFC-003)."""

from chemigram_core.gc.collector import GRACE, Garbage, collect, find_garbage

__all__ = ["GRACE", "Garbage", "collect", "find_garbage"]
