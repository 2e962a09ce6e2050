"""Kinds of commands and options that the whole command line shares: summaries, option names, files to read."""

import os
import stat
from pathlib import Path
from typing import IO, Any

import click

from benchboard.errors import Invalid
from benchboard.i18n import _


class CommandGroup(click.Group):
    """A group whose help lists its commands with whole sentences."""

    group_class = type

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(command)) for name, command in commands if command is not None])


class RenamedOption(click.Option):
    """An option that scripts may still give by its old names; its help shows the first one alone."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        old, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = old


class InputFile(click.File):
    """A file to read, or - for standard input. Raises `Invalid` (`cli.file`) for one that can't be read."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: click.Parameter | None, ctx: click.Context | None
    ) -> IO[Any]:
        if isinstance(value, (str, os.PathLike)) and os.fspath(value) != "-":
            require_readable(Path(value))
        return super().convert(value, param, ctx)


def require_readable(file: Path, do: str = "") -> None:
    """Raise `Invalid` (`cli.file`, with the advice `do`) for a file that can't be opened, or is no ordinary file.

    A pipe or a device may never end, or never begin.
    """
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            file.open("rb").close()
            return
    except (OSError, ValueError) as error:
        raise unreadable(file, error, do) from error
    why = _("It's a folder.") if stat.S_ISDIR(mode) else _("It isn't an ordinary file.")
    raise unreadable(file, why, do)


def unreadable(file: Path | str, why: Exception | str, do: str = "") -> Invalid:
    """The error that a command can't read `file`."""
    reason = why if isinstance(why, str) else getattr(why, "strerror", None) or str(why)
    do = do or _("Enter the path of a file that you can read, or - for standard input.")
    return Invalid("cli.file", _("Can't read {file}.").format(file=file), why=reason, do=do)


def summary(command: click.Command) -> str:
    """What a command does, in a sentence: the first paragraph of its help."""
    return " ".join((command.help or "").split("\n\n")[0].split())
