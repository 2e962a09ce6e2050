"""Kinds of commands and options that the whole command line shares: one form of summaries, one name for an option."""

import click


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


def summary(command: click.Command) -> str:
    """What a command does, in a sentence: the first paragraph of its help."""
    return " ".join((command.help or "").split("\n\n")[0].split())
