"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

Locks are taken in this order: a draft's, the saver's, the repository's (`chemigram_core.durable.lock`), that of
`OpenDrafts`, that of `Absences`. Nothing is saved under the last two. Who takes one of them holds no other lock of the
mount.
"""
