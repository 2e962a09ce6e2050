"""What a wrong command line is answered with: click's errors in the program's own sentences."""

import re
from difflib import get_close_matches
from typing import Final

import click

from benchboard.cli.options import CliGroup, Incomplete, RenamedOption, parameter_name
from benchboard.cli.terminal import printable
from benchboard.cli.usage_examples import usage_example
from benchboard.i18n import _

_SELECTING_EXAMPLES: Final = {
    "--demo": "--demo",
    "--url": "--url postgresql://role@server/database",
    "--org": "--org north-lab",
    "--as": "--as ines@example.com",
}
"""The options of `SELECTING` as one types them."""


def error_text(error: click.ClickException) -> str:
    """The usage line, how to get help, and what is wrong."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    example = _example(error, context) if context is not None else ""
    sentences = [_sentence(error), *([_("Example: {command}").format(command=example)] if example else [])]
    lines = [_("Error: {message}").format(message=" ".join(sentences))]
    if context is not None:
        hint = _("For help, run “{command} --help”.").format(command=context.command_path)
        lines = [context.get_usage(), hint, "", *lines]
    return "\n".join(lines)


def _example(error: click.ClickException, context: click.Context) -> str:
    """A command line that has what the wrong one lacks; empty where it lacks nothing."""
    if isinstance(error, Incomplete):
        return usage_example(context, error.needed)
    if isinstance(error, click.BadOptionUsage):
        return usage_example(context, [one for one in context.command.params if error.option_name in one.opts])
    return usage_example(context) if isinstance(error, click.MissingParameter) else ""


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        if error.ctx is not None and error.ctx.parent is None and error.option_name in _SELECTING_EXAMPLES:
            sentence = _("Put {option} after a command: “{example}”.").format(
                option=error.option_name, example=f"benchboard dashboard list {_SELECTING_EXAMPLES[error.option_name]}"
            )
            window = _("To open the demo in the window, choose Open demo.") if error.option_name == "--demo" else ""
            return f"{sentence} {window}".rstrip()
        known = [*_options_with_value(error.ctx, error.option_name), *_options(error.ctx)]
        return _unknown(_("No such option “{name}”."), error.option_name, known)
    if isinstance(error, click.exceptions.NoSuchCommand):
        names = _commands(error.ctx)
        sentence = _unknown(_("No such command “{name}”."), error.command_name, names)
        is_group = error.ctx is not None and error.ctx.parent is not None  # of all commands, help is the better list
        return f"{sentence} {one_of(names)}" if is_group else sentence
    if isinstance(error, click.MissingParameter):
        sentence = _("{name} is required.").format(name=parameter_name(error.param))
        choices = getattr(error.param.type, "choices", None) if error.param is not None else None
        return sentence if not choices else f"{sentence} {one_of(choices)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{parameter_name(error.param)}: {error.message}"
    if isinstance(error, click.BadOptionUsage):
        params = error.ctx.command.params if error.ctx is not None else []
        takes_none = any(
            isinstance(one, click.Option) and one.is_flag and error.option_name in one.opts for one in params
        )
        return (_("{name} takes no value.") if takes_none else _("{name} needs a value.")).format(
            name=error.option_name
        )
    message = error.format_message()
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", message, re.DOTALL)
    return _("“{arguments}” is more than this command takes.").format(arguments=extra[1]) if extra else message


def _unknown(sentence: str, name: str, known: list[str]) -> str:
    sentence = sentence.format(name=printable(name))
    # Every option begins with two dashes, so only the rest counts; of an option with a value, the value.
    words = {one.split()[-1].lstrip("-"): one for one in reversed(known)}
    near = get_close_matches(name.lstrip("-"), words, n=1)
    return " ".join([sentence, _("Did you mean “{name}”?").format(name=words[near[0]])]) if near else sentence


def _options_with_value(context: click.Context | None, name: str) -> list[str]:
    """The options of which one value is called so: `--filter trash` for `--trash`."""
    value = name.lstrip("-")
    params = context.command.get_params(context) if context is not None else []
    return [
        f"{param.opts[0]} {value}"
        for param in params
        if isinstance(param, click.Option) and isinstance(param.type, click.Choice) and value in param.type.choices
    ]


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
