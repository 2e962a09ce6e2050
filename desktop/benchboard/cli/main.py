"""The command line: one group of commands per room, loaded on demand, and one place that reports errors.

Exit status: 0 done, 1 failed (one line on stderr: what, why, what to do), 2 wrong usage.
"""

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from benchboard import __version__, i18n, log, package_data, settings, vault
from benchboard.cli.options import CliGroup, WrongValue
from benchboard.cli.terminal import printable, shorten_arguments
from benchboard.cli.usage_errors import error_text
from benchboard.errors import AppError
from benchboard.i18n import _, system_reason

_COMMANDS: Final = {
    "access": "Show who could do what on a day in the past.",
    "audit": "Show who changed what, and when.",
    "can": "Watch a bus through a dongle, send frames, and work with recordings.",
    "dashboard": "Manage dashboards and the home page.",
    "db": "Upgrade, downgrade, seed and check the database.",
    "dongle": "List, identify, check, pair, configure, release, reset and simulate dongles.",
    "invitation": "List, create, resend, revoke and accept invitations to join a shared server.",
    "key": "List, create, revoke and rotate API keys, by which programs act for you on a shared server.",
    "layout": "Convert dashboards, and arrange widgets for other programs.",
    "login": "Sign in to a shared server, and stay signed in.",
    "logout": "Sign out of a shared server on this computer.",
    "model": "Manage data models: joined tables with names, units, formats and measures that people read.",
    "oauth": "Manage the programs that people sign in to: OAuth clients, their tokens and signing keys.",
    "organisation": "Show and change what your organisation asks of its people when they sign in.",
    "query": "Run and check queries over data sources and Benchboard's own data.",
    "role": "List, create, change, compare and delete roles, and give them to people.",
    "session": "List and revoke sessions.",
    "source": "Manage data sources: files, database servers and REST APIs that queries and widgets read.",
    "team": "List, create, rename and delete teams, and add and remove people.",
    "timing": "Calculate, check, convert and compare CAN bit timings.",
    "user": "List, show, add, change, disable, unlock, delete and restore people, and show what they can reach.",
    "worker": "Clear what has expired in your organisation: sessions, tokens, codes of accounts and invitations.",
    "whoami": "Show the account and the database that commands use.",
}
SUMMARIES: Final = _COMMANDS | {"tour": "Run the guided tour, and save a screenshot of each step."}
"""What each command does, as the first sentence of its own help. `__main__` runs `tour` itself: it opens the window."""
_MODULES: Final = {
    "dongle": "dongle_group",
    "login": "account",
    "logout": "account",
    "session": "people",
    "user": "people",
    "whoami": "account",
}


_LONGEST_ARGUMENT: Final = 80
"""How many characters of an argument are shown when the command line is wrong."""
_LONGEST_PATH: Final = 300
"""Likewise in other errors, which name files."""


class _LazyGroup(CliGroup):
    """Imports a command's module only when it is run: `timing solve` never waits for a database library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_COMMANDS, *super().list_commands(ctx)})

    def known_names(self) -> list[str]:
        return sorted(SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"benchboard.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def summaries(self, _ctx: click.Context) -> list[tuple[str, str]]:
        return sorted(SUMMARIES.items())


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="benchboard")
def root() -> None:
    """Manage CAN dongles, dashboards and accounts.

    Without a command, Benchboard opens its window. Add --help to a command to see what it takes.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status. Users never see a traceback: a bug goes to the log."""
    home = settings.home()
    use_language(home)
    private = vault.is_private(home)
    if private and (broken := settings.keep_broken(home)):
        click.echo(printable(broken), err=True)
    log.start(home / "logs" if private else None)
    _replace_closed_output()
    try:
        result = root.main(list(arguments), prog_name="benchboard", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        limit = _LONGEST_PATH if isinstance(error, WrongValue) else _LONGEST_ARGUMENT
        click.echo(shorten_arguments(error_text(error), arguments, limit), err=True)
        return 2 if isinstance(error, click.UsageError) else 1
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Stopped."), err=True)
        return 130
    except AppError as error:
        click.echo(shorten_arguments(printable(str(error)), arguments, _LONGEST_PATH), err=True)
        return 1
    except BrokenPipeError:
        _discard_output()  # its reader has closed it
        return 0
    except Exception as error:
        if isinstance(error, OSError) and (reason := _output_failure(error)):
            click.echo(reason, err=True)
            return 1
        logging.getLogger("benchboard.cli").exception("a command failed")
        click.echo(
            _("Benchboard ran into an internal error. For details, see {log}.").format(
                log=home / "logs" / "benchboard.log"
            ),
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0


def _replace_closed_output() -> None:
    """Let writing fail where standard output was closed (`>&-`); Python itself has no stream there."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")


def _output_failure(error: OSError) -> str:
    """That standard output can't be written, as a sentence, if that is what `error` is about; else empty."""
    try:
        sys.stdout.flush()  # what failed before is still in its buffer, and fails again
    except OSError:
        pass
    else:
        # An unbuffered output (PYTHONUNBUFFERED) keeps nothing; the error of any other file names it.
        if error.filename is not None or not getattr(sys.stdout, "write_through", False):
            return ""
    _discard_output()
    return _("Can't write to standard output: {reason}.").format(reason=system_reason(error))


def _discard_output() -> None:
    """Keep the interpreter from complaining at its exit about output that can't be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def use_language(home: Path) -> None:
    """Answer in the language that BENCHBOARD_LANGUAGE names, else in the one of the settings in `home`."""
    language = os.environ.get("BENCHBOARD_LANGUAGE") or settings.load(home).language
    folder = package_data.resources_folder() / "i18n"
    i18n.use(language if language in i18n.LANGUAGES else "en", folder)
    if language not in i18n.LANGUAGES:
        text = _("{language} isn't available, so Benchboard is using English. Available languages: {names}.")
        click.echo(printable(text.format(language=repr(language)[:40], names=", ".join(i18n.LANGUAGES))), err=True)
