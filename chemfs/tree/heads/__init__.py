"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

The nodes are in `file_nodes`, `folder_nodes`, `branch_folder` and `heads_folder`; the other modules know no nodes.
`draft_table` documents what interleaves, and in which order locks are taken.
"""
