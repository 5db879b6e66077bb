"""Putting other bytes in place of a branch's file: coreutils, rsync, the file managers' copying, redirection."""

from __future__ import annotations

from tests.mounted.programs.case import Case, on_both, table
from tests.mounted.programs.contents import ALIAS, NEW_XMP
from tests.mounted.programs.desk import Desk

RATING_AT = NEW_XMP.index(b'Rating="4"') + len('Rating="')

COREUTILS = on_both(
    Case(name="cp", command='cp "$NEW" "$F"'),
    Case(name="cp -p", command='cp -p "$NEW" "$F"'),
    Case(name="cp -a", command='cp -a "$NEW" "$F"'),
    Case(name="cp -f", command='cp -f "$NEW" "$F"'),
    Case(name="cp -b", command='cp -b "$NEW" "$F"', vanishes=True, leaves=("{}~",)),
    Case(name="cp --backup=numbered", command='cp --backup=t "$NEW" "$F"', vanishes=True, leaves=("{}.~1~",)),
    Case(name="cp --remove-destination", command='cp --remove-destination "$NEW" "$F"', vanishes=True),
    Case(name="cp --reflink=auto", command='cp --reflink=auto "$NEW" "$F"'),
    Case(name="cp --reflink=always", command='cp --reflink=always "$NEW" "$F"', status=1, snapshots=0),
    Case(name="cp --sparse=always", command='cp --sparse=always "$NEW" "$F"'),
    Case(name="cp of the same", command='cp "$F" "$OUT/same" && cp "$OUT/same" "$F"', snapshots=0),
    Case(name="cp of half a file", command='cp "$BAD" "$F"', status=1, snapshots=0, rejected=1),
    Case(name="cp --remove-destination of half a file", command='cp --remove-destination "$BAD" "$F"', status=1,
         snapshots=0, rejected=1, vanishes=True),
    Case(name="cp of an empty file", command='cp /dev/null "$F"', snapshots=0),
    Case(name="mv across filesystems", command='mv "$NEW" "$F"', vanishes=True),
    Case(name="mv -b across filesystems", command='mv -b "$NEW" "$F"', vanishes=True, leaves=("{}~",)),
    Case(name="mv within the folder", command='cp "$NEW" draft && mv draft "$F"'),
    Case(name="mv -b within the folder", command='cp "$NEW" draft && mv -b draft "$F"', vanishes=True,
         leaves=("{}~",)),
    Case(name="mv -n", command='cp "$NEW" draft && mv -n draft "$F"', snapshots=0, leaves=("draft",)),
    Case(name="mv of half a file", command='cp "$BAD" draft && mv draft "$F"', status=1, snapshots=0, rejected=1,
         leaves=("draft",)),
    Case(name="mv away and back", command='mv "$F" away && mv away "$F"', snapshots=0, vanishes=True),
    Case(name="install", command='install "$NEW" "$F"', vanishes=True),
    Case(name="install -p -m 600", command='install -p -m 600 "$NEW" "$F"', vanishes=True),
    Case(name="install -b", command='install -b "$NEW" "$F"', vanishes=True, leaves=("{}~",)),
    Case(name="install -C", command='install -C "$NEW" "$F"', vanishes=True),
    Case(name="ln of a draft", command='cp "$NEW" draft && ln -f draft "$F"', leaves=("draft",)),
    Case(name="dd", command='dd if="$NEW" of="$F"'),
    Case(name="dd in large blocks, synced", command='dd if="$NEW" of="$F" bs=64k conv=fsync'),
    Case(name="dd without truncating", command='dd if="$NEW" of="$F" bs=1000 conv=notrunc,fdatasync'),
    Case(name="dd of half a file", command='dd if="$BAD" of="$F"', status=1, snapshots=0, rejected=1),
    Case(name="tee", command='tee "$F" <"$NEW" >/dev/null'),
    Case(name="touch", command='touch "$F"', snapshots=0),
    Case(name="chmod", command='chmod 640 "$F"', snapshots=0),
    Case(name="truncate to nothing", command='truncate -s 0 "$F"', snapshots=0),
    Case(name="truncate in the middle", command='truncate -s 900 "$F"', status=1, snapshots=0, rejected=1),
    Case(name="shred", command='shred -n 1 "$F"', status=1, snapshots=0, rejected=1),
)  # fmt: skip

PATCHES = [
    Case(
        name="dd of one byte",
        command=f'printf 4 | dd of="$F" bs=1 seek={RATING_AT} conv=notrunc,fsync',
    ),
    Case(name="cp over the image's sidecar", command='cp "$NEW" "$F"', file=ALIAS),
    Case(name="mv over the image's sidecar", command='cp "$NEW" draft && mv draft "$F"', file=ALIAS),
]

REDIRECTION = [
    *on_both(
        Case(name="cat >", command='cat "$NEW" >"$F"'),
        Case(name="cat > slowly", command='(head -c 900 "$NEW"; sleep 0.2; tail -c +901 "$NEW") | cat >"$F"'),
        Case(name="two programs, one redirection", command='{ head -c 900; cat; } <"$NEW" >"$F"'),
        Case(name="by /dev/stdout", command='{ cat "$NEW" >/dev/stdout; } >"$F"'),
        Case(name="cat > of half a file", command='cat "$BAD" >"$F"', status=1, snapshots=0, rejected=1),
        Case(name="nothing >", command=': >"$F"', snapshots=0),
        Case(name="cat twice", command='cat "$BAD" >"$F"; cat "$NEW" >"$F"', rejected=1),
        Case(name="rm and cat", command='rm "$F" && cat "$NEW" >"$F"', vanishes=True),
    ),
    Case(name="cat >> of something invalid", command='cat "$BAD" >>"$F"', status=1, snapshots=0, rejected=1),
    Case(name="tee -a of something invalid", command='echo x | tee -a "$F"', status=1, snapshots=0, rejected=1),
    Case(name="cat >> of a comment", command="""echo '<!-- seen -->' | cat >>"$F" """, snapshots=0),
]

TELL = 'setfattr -n user.chemfs.edit -v x "$NEW"'  # as a copy of a state's file has it: computed, so it can't be set

ATTRIBUTES = on_both(
    Case(name="cp -a, attributes too", programs="setfattr", prepare=TELL, command='cp -a "$NEW" "$F"'),
    Case(name="cp --preserve=xattr", programs="setfattr", prepare=TELL, command='cp --preserve=xattr "$NEW" "$F"',
         status=1),
    Case(name="rsync -aX", programs="rsync setfattr", prepare=TELL, command='rsync -aX "$NEW" "$F"', status=23),
    Case(name="rsync -aX without what is computed", programs="rsync setfattr", prepare=TELL,
         command="""rsync -aX --filter='-x user.chemfs.*' "$NEW" "$F" """),
)  # fmt: skip

RSYNC = on_both(
    *(
        Case(name=f"rsync {options}".strip(), programs="rsync", command=f'rsync {options} "$NEW" "$F"')
        for options in ("", "-a", "--fsync", "--inplace", "-a --inplace", "--delay-updates", "--preallocate", "-c -W",
                        "--no-whole-file")
    ),
    Case(name="rsync -b", programs="rsync", command='rsync -b "$NEW" "$F"', vanishes=True, leaves=("{}~",)),
    Case(name="rsync --temp-dir", programs="rsync", command='rsync --temp-dir="$OUT" "$NEW" "$F"', vanishes=True),
    Case(name="rsync of half a file", programs="rsync", command='rsync "$BAD" "$F"', status=23, snapshots=0,
         rejected=1),
)  # fmt: skip

FILE_MANAGERS = on_both(
    Case(name="gio save", programs="gio", command='gio save "$F" <"$NEW"'),
    Case(name="gio save --backup", programs="gio", command='gio save --backup "$F" <"$NEW"', leaves=("{}~",)),
    Case(name="gio save of half a file", programs="gio", command='gio save "$F" <"$BAD"', status=2, snapshots=0,
         rejected=1),
    Case(name="gio copy", programs="gio", command='gio copy "$NEW" "$F"'),
    Case(name="gio copy --backup", programs="gio", command='gio copy --backup "$NEW" "$F"', leaves=("{}~",)),
    Case(name="gio copy --preserve", programs="gio", command='gio copy --preserve "$NEW" "$F"'),
    Case(name="gio move", programs="gio", command='gio move "$NEW" "$F"'),
)  # fmt: skip


@table([*COREUTILS, *PATCHES])
def test_coreutils(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(REDIRECTION)
def test_redirection(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(ATTRIBUTES)
def test_copying_attributes(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(RSYNC)
def test_rsync(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(FILE_MANAGERS)
def test_copying_by_file_managers(case: Case, desk: Desk) -> None:
    desk.check(case)
