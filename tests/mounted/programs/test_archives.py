"""Unpacking over a branch's files, and checking out over them."""

from __future__ import annotations

from tests.mounted.programs.case import Case, on_both, table
from tests.mounted.programs.desk import Desk

PACK = 'tar -C "$OUT/new" -cf "$OUT/new.tar" .'
PACK_TOLD = 'setfattr -n user.note -v x "$OUT/new/$F" && tar --xattrs -C "$OUT/new" -cf "$OUT/new.tar" .'
ZIP = 'cd "$OUT/new" && zip -qr "$OUT/new.zip" .'
# The folder as a work tree: the branch `old` has the files as they are, `new` has the other content of $F.
GIT = 'export GIT_DIR="$OUT/git" GIT_WORK_TREE=.; git'
COMMITS = """
    export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
    export GIT_DIR="$OUT/git" GIT_WORK_TREE=.
    git init -q -b old && git add image.xmp masks && git commit -qm old && git branch new
    export GIT_WORK_TREE="$OUT/new" GIT_INDEX_FILE="$OUT/index"
    git symbolic-ref HEAD refs/heads/new && git read-tree HEAD && git add "$F" && git commit -qm new
    git symbolic-ref HEAD refs/heads/old
"""

ARCHIVES = on_both(
    Case(name="tar", prepare=PACK, command='tar -xf "$OUT/new.tar" "./$F"', vanishes=True),
    Case(name="tar --overwrite", prepare=PACK, command='tar --overwrite -xf "$OUT/new.tar" "./$F"'),
    Case(name="tar -U", prepare=PACK, command='tar -U -xf "$OUT/new.tar" "./$F"', vanishes=True),
    Case(name="tar --backup", prepare=PACK, command='tar --backup -xf "$OUT/new.tar" "./$F"', vanishes=True,
         leaves=("{}~",)),
    Case(name="tar --xattrs", programs="setfattr", prepare=PACK_TOLD, command='tar --xattrs -xf "$OUT/new.tar" "./$F"',
         vanishes=True),
    Case(name="tar -k", prepare=PACK, command='tar -k -xf "$OUT/new.tar" "./$F"', status=2, snapshots=0),
    Case(name="bsdtar", programs="bsdtar", prepare=PACK, command='bsdtar -xf "$OUT/new.tar" "./$F"', vanishes=True),
    Case(name="bsdtar --safe-writes", programs="bsdtar", prepare=PACK,
         command='bsdtar --safe-writes -xf "$OUT/new.tar" "./$F"'),
    Case(name="unzip -o", programs="unzip zip", prepare=ZIP, command='unzip -o "$OUT/new.zip" "$F"', vanishes=True),
)  # fmt: skip

CHECKOUTS = on_both(
    *(
        Case(name=f"git {command}", programs="git", prepare=COMMITS, command=f'{GIT} {command}', vanishes=True)
        for command in ('checkout new -- "$F"', "checkout new", "reset --hard new", "restore -s new .")
    ),
    Case(name="git checkout, the repository in the branch", programs="git", vanishes=True,
         prepare=f'{COMMITS} mv "$OUT/git" .git', command="git checkout new"),
)  # fmt: skip


@table(ARCHIVES)
def test_unpacking(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(CHECKOUTS)
def test_checking_out(case: Case, desk: Desk) -> None:
    desk.check(case)
