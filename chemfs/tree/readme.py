"""README.txt of a mounted repository or library: explains the mount where people find it."""

from __future__ import annotations

NAME = "README.txt"

REPOSITORY = b"""This folder shows every edit state of one image as files.

heads/<branch>/     your work: save image.xmp or a mask here, and each real edit becomes a snapshot
tags/<tag>/         states that you named; they never change
snapshots/<id>/     all states, by identifier
history/<branch>/   the states of a branch by day and time (UTC)
compare/<A>..<B>/   what changed from state A to state B: changes.md, a diff, pictures of masks; just open that path
previews/<branch>/  pictures of the states of a branch, oldest first, once `chemfs render` has made them
previews/index.html the history as a page for a browser
rejected/           saves that could not be kept as a state, each with the reason
HEAD                the current branch; `ln -sfn heads/<branch> HEAD` changes it
log.jsonl           what was done, one line per operation

Each state has image.xmp (the edit), masks/ (its masks) and drawn/ (the masks that are drawn in darktable, as pictures).
If the repository has an image, the state shows it too, with the edit beside it under the name that darktable looks for.
preview.jpg in it, which is not listed, is its picture. So

    darktable tags/<tag>/          opens that state
    cp -r tags/<tag> ~/keep        copies it
    mkdir heads/warm               starts the branch `warm` at HEAD
    mkdir tags/v1_export           tags the state at HEAD

Saving never overwrites a state: the one before stays in snapshots/.
"""

LIBRARY = b"""This folder shows a library: a folder for each image's repository, with a README.txt of its own, and
the folders of the shoots that hold them. In each folder,

tagged/<tag>/       has every image of the folder that has the tag, as it was tagged: `cp -r tagged/<tag> ~/keep`

New repositories and folders appear here by themselves. `chemfs import SHOOT LIBRARY` brings in a folder of photographs
with their sidecars; LIBRARY is the library's own folder, not this mount of it.
"""

FOREIGN = b"""This folder is the place of a repository that another user owns, so it is not shown.

If you trust its owner, mount again with `chemfs mount --trust`.
"""
