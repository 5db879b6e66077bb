"""README.txt of a mounted repository or library: explains the mount where people find it."""

from __future__ import annotations

NAME = "README.txt"

REPOSITORY = b"""This folder shows every edit state of one image as files.

heads/<branch>/     your work: save image.xmp or a mask here, and each real edit becomes a snapshot
tags/<tag>/         states that you named; they never change
snapshots/<id>/     all states, by identifier
history/<branch>/   the states of a branch by day and time (UTC)
compare/<A>..<B>/   what changed from A to B: changes.md, a diff, pictures of masks; not listed, just open that path
previews/<branch>/  pictures of the states of a branch, oldest first, made by `chemfs render`
previews/index.html the history as a web page
rejected/           saves that were rejected, each with the reason
HEAD                the current branch; `ln -sfn heads/<branch> HEAD` changes it
log.jsonl           what was done, one line per operation

Each state has image.xmp (the edit), masks/ (its masks) and drawn/ (the masks that are drawn in darktable, as pictures).
If the repository has an image, each state has it, too, and the edit beside it under the name that darktable looks for.
The rendered picture of a state is preview.jpg, which is not listed.

    darktable tags/<tag>/          opens that state
    cp -r tags/<tag> ~/keep        copies it
    mkdir heads/warm               starts the branch `warm` at HEAD
    mkdir tags/v1_export           tags the state at HEAD

Saving never overwrites a state: the one before stays in snapshots/.
"""

LIBRARY = b"""This is a library: a tree of folders with a repository for each image, each with its own README.txt.
Every other folder also has

roll/               its images side by side, with their branches as duplicates: open it in darktable and work there
tagged/<tag>/       the images of the folder that have the tag, in the tagged state: `cp -r tagged/<tag> ~/keep`

New repositories and folders appear here automatically. `chemfs import SHOOT LIBRARY` adds a folder of photographs
with their sidecars; LIBRARY is the library's own folder, not this mount of it.
"""

FOREIGN = b"""This repository belongs to another user, so it is not shown.

If you trust that user, mount again with `chemfs mount --trust`.
"""
