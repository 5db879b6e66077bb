"""The names of operations in the log. Knows no lines."""

SNAPSHOT = "snapshot"  # a save, as chemigram writes it
DESCRIBE = "describe"  # a label or a provenance for an existing state
CHECKOUT = "checkout"
BRANCH = "branch"  # a branch was created
TAG = "tag"
RENAME = "rename"  # a branch was renamed; `metadata.from` is the old name
RESET = "reset"  # a branch was moved to a state, and the abandoned states are not part of it any more (ADR-062)
DELETE_BRANCH = "delete-branch"
DELETE_TAG = "delete-tag"
GC = "gc"
FSCK = "fsck"  # a ref was restored
RECOVERED = "recovered"  # a state whose line the log had lost
