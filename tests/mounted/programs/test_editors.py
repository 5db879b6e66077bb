"""Editing on a branch with text editors and with the small programs that edit in place."""

from __future__ import annotations

from tests.mounted.programs.case import Case, table
from tests.mounted.programs.desk import Desk

# Below the system's temporary folder, where tests like to be, these editors make no backups: switch that exception off.
VIM = """vim -u NONE -i NONE -N -es -c 'set backupskip=' -c '%s/Rating="1"/Rating="4"/'"""
EMACS = """emacs -Q --batch --eval '(setq backup-enable-predicate (lambda (name) t))' "$F" \
 --eval '(progn (search-forward "Rating=\\"1") (delete-char -1) (insert "4"))'"""
SED = """'s/Rating="1"/Rating="4"/'"""
REPLACE_IN_NANO = ("\x1c", 'Rating="1"\r', 'Rating="4"\r', "a", "\x0f", "\r", "\x18")
DIFF = 'diff -u --label "a/$F" --label "b/$F" "$F" "$NEW" >"$OUT/patch" || true'

EDITORS = [
    Case(name="vim", programs="vim", command=f'{VIM} -c wq "$F"', vanishes=True),
    Case(name="vim backupcopy=yes", programs="vim", command=f'{VIM} -c "set bkc=yes" -c wq "$F"'),
    Case(name="vim backupcopy=no", programs="vim", command=f'{VIM} -c "set bkc=no" -c wq "$F"', vanishes=True),
    Case(name="vim nowritebackup", programs="vim", command=f'{VIM} -c "set nowb" -c wq "$F"'),
    Case(name="vim backup", programs="vim", command=f'{VIM} -c "set bk" -c wq "$F"', vanishes=True, leaves=("{}~",)),
    Case(
        name="vim undofile",
        programs="vim",
        command=f'{VIM} -c "set udf" -c wq "$F"',
        vanishes=True,
        leaves=(".{}.un~",),
    ),
    Case(name="vim writes twice", programs="vim", command=f'{VIM} -c w -c w! -c wq "$F"', vanishes=True),
    Case(
        name="vim at a terminal",
        programs="vim",
        command='vim --clean "$F"',
        keys=(":set backupskip=\r", ':%s/Rating="1"/Rating="4"/\r', "ZZ"),
        vanishes=True,
    ),
    Case(name="vim quits without writing", programs="vim", command=f'{VIM} -c q! "$F"', snapshots=0),
    Case(name="nano", programs="nano", command='nano --ignorercfiles "$F"', keys=REPLACE_IN_NANO),
    Case(
        name="nano with lock and backup",
        programs="nano",
        command='nano --ignorercfiles --locking --backup "$F"',
        keys=REPLACE_IN_NANO,
        leaves=("{}~",),
    ),
    Case(name="emacs", programs="emacs", command=f"{EMACS} --eval '(save-buffer)'", vanishes=True, leaves=("{}~",)),
    Case(
        name="emacs backing up by copying",
        programs="emacs",
        command=f"{EMACS} --eval '(setq backup-by-copying t)' --eval '(save-buffer)'",
        leaves=("{}~",),
    ),
    Case(
        name="emacs precious",
        programs="emacs",
        command=f"{EMACS} --eval '(setq file-precious-flag t)' --eval '(save-buffer)'",
        leaves=("{}~",),
    ),
    Case(
        name="emacs without backup",
        programs="emacs",
        command=f"{EMACS} --eval '(setq make-backup-files nil)' --eval '(save-buffer)'",
    ),
    Case(
        name="emacs at a terminal",
        programs="emacs",
        command=EMACS.replace("--batch", "-nw"),
        keys=("\x18\x13", "\x18\x03"),
        vanishes=True,
        leaves=("{}~",),
    ),
    Case(name="ed", programs="ed", command="""printf '%s\\n' ',s/Rating="1"/Rating="4"/' w q | ed -s "$F" """),
]

IN_PLACE = [
    Case(name="sed -i", command=f'sed -i {SED} "$F"'),
    Case(name="sed -i.bak", command=f'sed -i.bak {SED} "$F"', vanishes=True, leaves=("{}.bak",)),
    Case(name="sed -i to something invalid", command='sed -i "s/<rdf:RDF/</" "$F"', snapshots=0, status=4, rejected=1),
    Case(name="perl -pi", command=f'perl -pi -e {SED} "$F"'),
    Case(name="perl -pi.bak", command=f'perl -pi.bak -e {SED} "$F"', leaves=("{}.bak",)),
    Case(
        name="gawk inplace",
        programs="gawk",
        command="""gawk -i inplace '{ sub(/Rating="1"/, "Rating=\\"4\\"") } 1' "$F" """,
    ),
    Case(name="patch", programs="patch", prepare=DIFF, command='patch "$F" "$OUT/patch"'),
    Case(
        name="patch -b",
        programs="patch",
        prepare=DIFF,
        command='patch -b "$F" "$OUT/patch"',
        vanishes=True,
        leaves=("{}.orig",),
    ),
    Case(
        name="patch -b, numbered",
        programs="patch",
        prepare=DIFF,
        command='patch -b -V numbered "$F" "$OUT/patch"',
        vanishes=True,
        leaves=("{}.~1~",),
    ),
    Case(name="git apply", programs="git", prepare=DIFF, command='git apply "$OUT/patch"', vanishes=True),
    Case(name="sponge", programs="sponge", command=f'sed {SED} "$F" | sponge "$F"'),
    Case(name="sponge in the folder", programs="sponge", command=f'export TMPDIR=.; sed {SED} "$F" | sponge "$F"'),
]


@table([*EDITORS, *IN_PLACE])
def test_editing(case: Case, desk: Desk) -> None:
    desk.check(case)
