"""The garbage collector, and reachability (RFC-003)."""

from chemigram_core.gc.collector import GRACE, Garbage, collect, find_garbage

__all__ = ["GRACE", "Garbage", "collect", "find_garbage"]
