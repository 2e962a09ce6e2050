"""What a wrong command line is answered with: click's errors in the program's own sentences."""

import re
from difflib import get_close_matches

import click

from benchboard.cli.options import CliGroup, RenamedOption, parameter_name
from benchboard.cli.terminal import printable
from benchboard.i18n import _


def error_text(error: click.ClickException) -> str:
    """The usage line, how to get help, and what is wrong."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    lines = [_("Error: {message}").format(message=_sentence(error))]
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        hint = _("For help, run “{command} --help”.").format(command=context.command_path)
        lines = [context.get_usage(), hint, "", *lines]
    return "\n".join(lines)


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return _unknown(_("No such option “{name}”."), error.option_name, _options(error.ctx))
    if isinstance(error, click.exceptions.NoSuchCommand):
        return _unknown(_("No such command “{name}”."), error.command_name, _commands(error.ctx))
    if isinstance(error, click.MissingParameter):
        sentence = _("{name} is required.").format(name=parameter_name(error.param))
        choices = getattr(error.param.type, "choices", None) if error.param is not None else None
        return sentence if not choices else f"{sentence} {one_of(choices)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{parameter_name(error.param)}: {error.message}"
    message = error.format_message()
    # click quotes an option's name as Python does.
    return re.sub(r"'(.*)'", r"“\1”", message) if isinstance(error, click.BadOptionUsage) else message


def _unknown(sentence: str, name: str, known: list[str]) -> str:
    sentence = sentence.format(name=printable(name))
    near = get_close_matches(name, known, n=1)
    return " ".join([sentence, _("Did you mean “{name}”?").format(name=near[0])]) if near else sentence


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    return [
        name
        for option in context.command.get_params(context)
        if isinstance(option, click.Option)
        for name in (option.opts[:1] if isinstance(option, RenamedOption) else [*option.opts, *option.secondary_opts])
    ]


def _commands(context: click.Context | None) -> list[str]:
    group = context.command if context is not None else None
    return group.known_names() if isinstance(group, CliGroup) else []


def one_of(values: object) -> str:
    """What to choose from."""
    assert isinstance(values, tuple | list)
    return _("Choose one of: {names}.").format(names=", ".join(values))
