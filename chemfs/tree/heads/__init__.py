"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

A kernel looks up what is in `file_nodes`, `folder_nodes`, `branch_folder` and `heads_folder`; all else knows no nodes.
`draft_table` says what interleaves, and in which order locks are taken.
"""
