"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

Locks are taken in this order: a draft's claim, the saver's lock, the repository's (`chemigram_core.durable.lock`), the
draft table's. Nothing is read or saved under the last one.
"""
