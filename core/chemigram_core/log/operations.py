"""The log's words for what was done to a repository. Knows no lines."""

SNAPSHOT = "snapshot"  # a save, as chemigram writes it
DESCRIBE = "describe"  # a label or a provenance for a state that was there already
CHECKOUT = "checkout"
BRANCH = "branch"  # one was started
TAG = "tag"
RENAME = "rename"  # a branch got another name; `metadata.from` has the old one
DELETE_BRANCH = "delete-branch"
DELETE_TAG = "delete-tag"
GC = "gc"
FSCK = "fsck"  # a ref was restored
RECOVERED = "recovered"  # a state whose line the log had lost
