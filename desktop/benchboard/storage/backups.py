"""The copies that an upgrade makes of a SQLite file, and how to restore one."""

import re
from pathlib import Path

from benchboard.i18n import _


def backup_folder(file: Path) -> Path:
    """Where the copies of `file` are."""
    return file.parent / "backups"


def backups(file: Path) -> list[Path]:
    """The copies of `file`, oldest first. Raises `OSError` if their folder can't be read."""
    form = re.compile(re.escape(file.stem) + r"-\d{4}-\d{8}T\d{12}Z\.db")
    copies = [copy for copy in backup_folder(file).glob("*.db") if form.fullmatch(copy.name)]
    return sorted(copies, key=lambda copy: copy.name[-24:])


def restore_sentence(file: Path) -> str:
    """How to restore `file`: names the newest copy, or says that there is none."""
    try:
        newest = backups(file)[-1:]
    except OSError:
        newest = []
    if newest:
        return _("Quit Benchboard, delete {file}, {file}-wal and {file}-shm, and copy {backup} to {file}.").format(
            file=file, backup=newest[0]
        )
    return _("Benchboard has no backup of {file}. Restore it from your own backup.").format(file=file)
