"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots."""
