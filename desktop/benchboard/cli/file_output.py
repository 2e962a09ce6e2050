"""How commands write a file that the user named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from benchboard import file_ownership
from benchboard.atomic_write import explain_write_error, write_atomically
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _

_OPEN_FILES: Final = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/", "/dev/null", "/dev/full")
"""What can't be replaced by a file but be written without waiting for a reader."""


F = TypeVar("F", bound=Callable[..., Any])


def overwrite_option(command: F) -> F:
    """Add `--overwrite` to a command that writes a file; it gets `overwrite`, for `require_writable`."""
    return click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")(command)


def require_writable(file: Path, *, overwrite: bool) -> None:
    """Raise a `UsageError` for a folder, and `Conflict` (`cli.file-exists`) for a file, unless to `overwrite` it.

    What isn't an ordinary file, such as /dev/null, isn't replaced, and - is standard output.
    """
    if file.is_dir():
        raise click.UsageError(_("{path} is a folder. Choose a file.").format(path=file), click.get_current_context())
    if not overwrite and str(file) != "-" and file.is_file() and not str(file).startswith(_OPEN_FILES):
        raise Conflict(
            "cli.file-exists",
            _("{file} already exists.").format(file=file),
            do=_("Choose another file. To replace this one, add --overwrite."),
        )


def write_output_file(file: Path, content: bytes) -> None:
    """Write a file, or to what is open already. Raises `Invalid`, also for a pipe or device, which might never end."""
    what = _("Can't write {file}.").format(file=file)
    try:
        if str(file).startswith(_OPEN_FILES):
            file.write_bytes(content)
        elif file.exists() and not file.is_file():
            do = _("Choose another file, or - for standard output.")
            raise Invalid("cli.file", what, why=file_ownership.kind_text(file), do=do)
        else:
            write_atomically(file.resolve(), content)
    except OSError as error:
        why, do = explain_write_error(error)
        if not file.parent.is_dir():
            why, do = _("Its folder doesn't exist."), _("Choose another file, or create the folder.")
        raise Invalid("cli.file", what, why=why, do=do) from error
