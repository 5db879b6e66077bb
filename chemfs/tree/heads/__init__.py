"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

`draft_table` says what interleaves and in which order locks are taken. What stands in the folder as nodes is in `files`,
`folders`, `branch_folder` and `heads_folder`; all else here knows no nodes.
"""
