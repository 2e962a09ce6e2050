"""A command's help in the language of the command line: the words that click puts around it, and its own sentences.

What one types is the same in every language: names of commands and options, and placeholders such as FILE.
"""

import inspect
import re
from typing import Final

import click

from benchboard.i18n import N_, _, help_sentence, number

_OF_CLICK: Final = (N_("Show this message and exit."), N_("Show the version and exit."))
_BLOCK: Final = "\b\n"
"""How a paragraph begins whose lines click leaves as they are: examples, and lists of values."""
_VALUE_LINE: Final = re.compile(r"( +\S+ {2,})(\S.*)")
"""A value in such a list, and what it means."""


class TranslatedHelp(click.Command):
    """A command whose help is translated."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage:") + " ")

    def format_help_text(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(map(_translated_paragraph, help_paragraphs(self))))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options."""
        options = (one for one in self.get_params(ctx) if isinstance(one, click.Option))
        records = [record for option in options if (record := _record(option, ctx)) is not None]
        with formatter.section(_("Options")):
            formatter.write_dl(records)


def help_paragraphs(command: click.Command) -> list[str]:
    """The paragraphs of a command's help, each on one line but for blocks of lines."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return [one if one.startswith(_BLOCK) else " ".join(one.split()) for one in paragraphs]


def sentences_of(paragraph: str) -> list[str]:
    """What is translated of a paragraph: all of it, or of a block its heading and what its values mean."""
    if not paragraph.startswith(_BLOCK):
        return [paragraph]
    heading, *lines = paragraph.removeprefix(_BLOCK).splitlines()
    return [heading, *(found[2] for line in lines if (found := _VALUE_LINE.fullmatch(line)))]


def _translated_paragraph(paragraph: str) -> str:
    if not paragraph.startswith(_BLOCK):
        return help_sentence(paragraph)
    heading, *lines = paragraph.removeprefix(_BLOCK).splitlines()
    translated = (_VALUE_LINE.sub(lambda found: found[1] + help_sentence(found[2]), line) for line in lines)
    return _BLOCK + "\n".join((help_sentence(heading), *translated))


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """An option and its help, with its default and range, and whether it is required."""
    record = option.get_help_record(ctx)
    if record is None:
        return None
    extra, text = option.get_help_extra(ctx), option.help or ""
    notes = [_("default: {value}").format(value=_default_text(option, extra["default"]))] if "default" in extra else []
    notes += [extra["range"]] if "range" in extra else []
    notes += [_("required")] if "required" in extra else []
    text = _(text) if text in _OF_CLICK else help_sentence(text)
    return record[0], f"{text}  [{'; '.join(notes)}]" if notes else text


def _default_text(option: click.Option, written: str) -> str:
    """A default as one types it; `written` is click's own form."""
    if isinstance(option.default, float):
        return number(option.default, most=6, grouped=False)
    return " ".join(map(str, option.default)) if isinstance(option.default, tuple) else written
