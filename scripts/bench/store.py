"""How large a store becomes: sessions on one image that all use the same subject mask.

Each session is a branch of its own on which the mask is saved again and the edit goes on. Beside it stands what the
same states take as plain folders, each with its sidecar and its mask.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind, StoredObject
from scripts.bench.content import edit, noise

SUBJECT = MaskName("current_subject_mask")
MASK_BYTES = 200_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=30, help="(default 30)")
    parser.add_argument("--saves", type=int, default=10, help="saves a session (default 10)")
    options = parser.parse_args()
    print("sessions  states       KB  masks       KB   the same as folders, KB")
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository.init(Path(folder) / "repository")
        mask = noise(0, MASK_BYTES)
        save_xmp(repository, MAIN, edit(0), mask_files={SUBJECT: mask})
        for session in range(1, options.sessions + 1):
            work(repository, session, options.saves, mask)
            if session in {1, options.sessions // 3, options.sessions}:
                show(session, list(repository.objects), len(mask))


def work(repository: Repository, session: int, saves: int, mask: bytes) -> None:
    """One session."""
    branch = BranchName(f"session-{session}")
    create_branch(repository, branch, MAIN.ref)
    for number in range(saves):
        save_xmp(repository, branch, edit(session * 1000 + number), mask_files={SUBJECT: mask})


def show(session: int, stored: list[StoredObject], mask_bytes: int) -> None:
    """Print one row."""
    states = [found.size_bytes for found in stored if found.kind is Kind.SNAPSHOT]
    masks = [found.size_bytes for found in stored if found.kind is Kind.MASK]
    folders = sum(states) + len(states) * mask_bytes
    print(
        f"{session:8} {len(states):7} {sum(states) / 1000:8.0f} {len(masks):6} {sum(masks) / 1000:8.0f}"
        f" {folders / 1000:25.0f}"
    )


if __name__ == "__main__":
    main()
