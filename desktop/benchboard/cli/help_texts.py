"""The words that click itself puts around a command's help, in the language of the command line."""

from typing import Final

import click

from benchboard.i18n import N_, _

_OF_CLICK: Final = (N_("Show this message and exit."), N_("Show the version and exit."))
_PLACEHOLDERS: Final = {"[OPTIONS]": N_("[OPTIONS]"), "COMMAND [ARGS]...": N_("COMMAND [ARGS]...")}


class TranslatedHelp(click.Command):
    """A command whose usage line and headings are translated."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = (_(_PLACEHOLDERS[one]) if one in _PLACEHOLDERS else one for one in self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage:") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options."""
        options = (one for one in self.get_params(ctx) if isinstance(one, click.Option))
        records = [record for option in options if (record := _record(option, ctx)) is not None]
        with formatter.section(_("Options")):
            formatter.write_dl(records)


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """An option and its help, with its default and range, and whether it is required."""
    record = option.get_help_record(ctx)
    if record is None:
        return None
    extra, text = option.get_help_extra(ctx), option.help or ""
    notes = [_("default: {value}").format(value=extra["default"])] if "default" in extra else []
    notes += [extra["range"]] if "range" in extra else []
    notes += [_("required")] if "required" in extra else []
    text = _(text) if text in _OF_CLICK else text
    return record[0], f"{text}  [{'; '.join(notes)}]" if notes else text
