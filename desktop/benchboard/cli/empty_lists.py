"""What a command that lists says where there is nothing to list, and which command comes next."""

from collections.abc import Mapping

import click

from benchboard.cli.suggested_commands import for_same_database
from benchboard.i18n import _
from benchboard.paging import no_match_text


def empty_text(
    things: str, none: str, command: str, *, search: str = "", filters: Mapping[str, object] | None = None
) -> str:
    """That no `things` match what was typed, and the `command` that lists all; `none` if nothing was asked for.

    `filters` are the values of options, by the options' names; None and False are left out.
    """
    named = [
        name if value is True else f"{name} {value}"
        for name, value in (filters or {}).items()
        if value is not None and value is not False
    ]
    if not (search.strip() or named):
        return none
    return " ".join(
        (
            no_match_text(things, search, filters=named),
            _("To list all, run “benchboard {command}”.").format(command=command),
        )
    )


def nothing_listed(empty: str) -> str:
    """What the running command says where it has no rows: `empty`, or after a key (`--after`) that nothing follows it.

    The commands that it names repeat the typed options that select the database and the account.
    """
    context = click.get_current_context()
    if context.params.get("after"):
        return _("Nothing follows this key. To list from the start, leave out --after.")
    return for_same_database(context, empty)
