"""README.txt of a mounted repository or library: the mount explained where somebody finds it."""

from __future__ import annotations

REPOSITORY = b"""This folder shows every edit state of one image as files.

heads/<branch>/     where you work: save image.xmp or a mask here, and each real edit becomes a snapshot
tags/<tag>/         states with a name, for good
snapshots/<id>/     every state that there ever was
history/<branch>/   the states of a branch by day and time (UTC)
compare/<A>..<B>/   what changed from state A to state B: changes.md, a diff, pictures of masks; just open that path
rejected/           saves that could not be kept as a state, each with the reason
HEAD                the branch you are on; `ln -sfn heads/<branch> HEAD` changes it
log.jsonl           what was done, a line each

In each state: image.xmp (the edit), masks/ (its masks) and, if the repository knows the image, the image itself with
the same edit beside it under the name that darktable looks for. So

    darktable tags/<tag>/          opens that state
    cp -r tags/<tag> ~/keep        copies it
    mkdir heads/warm               starts the branch `warm` at HEAD
    mkdir tags/v1_export           names the present state

Nothing here is ever overwritten: what a save replaces stays in snapshots/.
"""

LIBRARY = b"""This folder shows a library: one folder for each image's repository, with a README.txt of its own inside.

New repositories appear here by themselves.
"""
