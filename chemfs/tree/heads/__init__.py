"""heads/<branch>/: the folder that takes writes, its drafts, and how they become snapshots.

`draft_table` says what interleaves, and in which order locks are taken. The folder's nodes are in `files`, `folders`,
`branch_folder` and `heads_folder`; everything else here knows no nodes.
"""
