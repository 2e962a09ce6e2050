"""Command lines that show what a command can't do without, with values of the right form."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

import click

from benchboard.cli.options import parameter_name
from benchboard.cli.suggested_commands import typed_options

_VALUES: Final = {
    "--a-clock": "80M",
    "--a-timing": "1/95/32/32/32",
    "--b-clock": "40M",
    "--b-timing": "1/47/16/16/16",
    "--bitrate": "500k",
    "--clock": "80M",
    "--controller": "fdcan",
    "--database": "shop",
    "--format": "grafana",
    "--host": "db.example.com",
    "--name": "Shop",
    "--out": "data.csv",
    "--port": "/dev/ttyACM0",
    "--scope": "studio:enter",
    "--timing": "1/95/32/32/32",
    "--to": "mert@example.com",
    "--user": "reader",
    "CLIENT": "bb_5f1c90d2e7a84b36",
    "CONSENT": "3f9c2a71",
    "DASHBOARD": "Line 2",
    "DATE": "2026-03-14",
    "DASHBOARD...": "Line 2",
    "EMAIL": "ines@example.com",
    "FILE": "line-2.json",
    "FOLDER": "Line 2",
    "ID#DATA …": "123#DEADBEEF",
    "IDS": "3f9c2a71",
    "INVITATION": "mert@example.com",
    "INVITATION...": "mert@example.com",
    "KEY": "bb_3f9c2a71",
    "KEY...": "bb_3f9c2a71",
    "KID": "2026-11-25-5f1c90d2",
    "KIND": "postgresql",
    "MODEL": "Trips by city",
    "NAME": "Rig 12",
    "NUMBER": "3",
    "RECORDING": "drive.blf",
    "REV": "0003",
    "ROLE": "line-lead",
    "OTHER": "technician",
    "SOURCE": "trips",
    "SQL": "SELECT 1",
    "TABLE": "orders",
    "TOKEN": "3f9c2a71",
    "TEAM": "rig-12",
    "URL": "https://api.example/trips",
    "WHO": "ines@example.com",
}
"""A value of each option and argument that some command can't do without, by the name that help calls it."""

_OF_COMMANDS: Final[Mapping[str, Mapping[str, str]]] = {
    "can compare": {"A": "before.blf", "B": "after.blf"},
    "can decode": {"--dbc": "vehicle.dbc"},
    "can record": {"FILE": "drive.blf"},
    "dashboard data": {"--out": "data.xlsx"},
    "dongle rename": {"DONGLE": "4f1c22b7a9d00e51"},
    "dongle write-off": {"DONGLE": "4f1c22b7a9d00e51"},
    "key create": {"NAME": "Nightly export"},
    "model create": {"NAME": "Trips by city", "--source": "trips"},
    "role create": {"NAME": "Line lead"},
    "source add": {"FILE": "trips.csv"},
    "source add-live": {"--name": "Conveyor", "--database": "conveyor.dbc", "DONGLE": "4f1c22b7a9d00e51"},
    "timing solve": {"--controller": "fdcan", "--clock": "80M", "--bitrate": "500k"},
    "timing registers": {"--timing": "1/95/32/32/32"},
}
"""What an example of a command has besides what it requires, or otherwise than other commands."""


def usage_example(context: click.Context, needed: Sequence[click.Parameter] = ()) -> str:
    """A command line with all that the command can't do without, what is `needed` here besides, and the database.

    Empty for a command with a parameter that has no example.
    """
    words = [context.command_path]
    own = _OF_COMMANDS.get(context.command_path.partition(" ")[2], {})
    values = {**_VALUES, **own}
    for parameter in context.command.get_params(context):
        name = parameter_name(parameter)
        always = parameter.required or parameter in needed or name in own
        if not always and (isinstance(parameter, click.Option) or name not in values):
            continue
        if name not in values:
            return ""
        words += [name] if isinstance(parameter, click.Option) else []
        value = values[name]
        if isinstance(parameter.type, click.Choice) and value not in parameter.type.choices:
            value = parameter.type.choices[0]
        words.append(value if shlex.quote(value) == value or "#" in value else f'"{value}"')
    return " ".join((*words, *typed_options(context, context.command)))
