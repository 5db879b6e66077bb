"""The mount itself: the daemon, the mountpoint, libfuse and its numbers."""
