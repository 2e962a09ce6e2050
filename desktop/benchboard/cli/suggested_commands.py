"""The commands that a message suggests, for the database and the account of the command that prints it."""

import re
import shlex
from collections.abc import Collection
from typing import Final

import click

from benchboard.errors import AppError


def for_same_database(context: click.Context, sentence: str, *, without: Collection[str] = ()) -> str:
    """`sentence`, in which each “benchboard …” repeats the options of `SELECTING` that were typed in this command.

    `without` are names of parameters to leave out, because what was typed for them is wrong.
    """

    def repeat(found: re.Match[str]) -> str:
        return f"“benchboard {_repeated(context, found[1], without)}”"

    return re.sub("“benchboard ([^”]+)”", repeat, sentence)


def suggest_for_same_database(context: click.Context, error: AppError) -> None:
    """Let what `error` says to do name commands for the same database (`for_same_database`)."""
    error.do = for_same_database(context, error.do, without=(str(error.facts.get("field", "")),))


def _repeated(context: click.Context, line: str, without: Collection[str]) -> str:
    """A command line with the options of `SELECTING` that were typed in this one, where its command has them."""
    command: click.Command = context.find_root().command
    for word in line.split():
        found = command.get_command(context, word) if isinstance(command, click.Group) else None
        if found is None:
            break
        command = found
    return " ".join((line, *typed_options(context, command, without)))


def typed_options(context: click.Context, command: click.Command, without: Collection[str] = ()) -> list[str]:
    """The options of `SELECTING` that were typed in this command and that `command` has, quoted as a shell needs."""
    known = {option for param in command.params for option in param.opts}
    typed: list[str] = []
    for name, option in SELECTING.items():
        value = context.params.get(name)
        is_typed = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if is_typed and value and option in known and name not in without:
            typed += [option] if value is True else [option, shlex.quote(str(value))]
    return typed


SELECTING: Final = {"demo": "--demo", "url": "--url", "org": "--org", "as_email": "--as"}
"""The options that select the database and the account, by their parameters' names."""
