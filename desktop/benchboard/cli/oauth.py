"""`benchboard oauth …`: the group, whose commands are in modules of their own."""

import importlib

import click

from benchboard.cli.options import CliGroup


@click.group(cls=CliGroup)
def oauth() -> None:
    """Manage the programs that people sign in to: OAuth clients, their tokens and signing keys."""


for _module in ("oauth_client", "oauth_key", "oauth_access"):
    importlib.import_module(f"benchboard.cli.{_module}")  # adds its commands
