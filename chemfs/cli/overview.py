"""All verbs with a one-line summary, in the groups that `chemfs --help` shows. Imports no verb."""

from __future__ import annotations

from typing import Final

GROUPS: Final = {
    "Start": {
        "init": "Create a repository for one image",
        "import": "Create a repository for each image of a folder of photographs",
        "watch": "Save each edit in a folder of photographs as you make it",
        "mount": "Show a repository, or a library of them, as ordinary files",
        "unmount": "Unmount; waits for pending saves",
    },
    "Save and inspect": {
        "snapshot": "Save an XMP and its masks, and print the identifier",
        "log": "Show what was done, newest first",
        "status": "Show where HEAD is, and what needs attention",
        "show": "Show one state: its parent, masks and names",
        "diff": "Show what changed from one state to another",
        "masks": "List the masks and where each came from",
        "render": "Render pictures of states with darktable",
        "gallery": "Write a web page with the pictures of all states",
        "export": "Copy a state's files to a folder, without a mount",
    },
    "Name states and create variants": {
        "tag": "List, create or delete tags",
        "branch": "List, create, rename or delete branches",
        "checkout": "Switch HEAD to a branch or a state",
        "restore": "Restore a state on a branch, or in a sidecar",
    },
    "Maintain a repository": {
        "relink": "Record where the image is now",
        "gc": "Remove snapshots and masks that are no longer reachable",
        "fsck": "Check a repository, and repair it",
    },
    "Work with XMP files, without a repository": {
        "canonicalize": "Write XMP files in canonical form",
        "hash": "Print the identifiers of XMP files",
    },
}
VERBS: Final = frozenset(verb for group in GROUPS.values() for verb in group)


def overview() -> str:
    """The text that `chemfs --help` prints."""
    groups = "\n".join(f"{title}:\n{_lines(verbs)}" for title, verbs in GROUPS.items())
    return f"""usage: chemfs VERB ...

Keep every edit of an image in darktable, and show them all as ordinary files.

{groups}
`chemfs VERB --help` describes a verb and its options.
"""


def _lines(verbs: dict[str, str]) -> str:
    width = max(map(len, VERBS))
    return "".join(f"  {verb:{width}}  {summary}\n" for verb, summary in verbs.items())
