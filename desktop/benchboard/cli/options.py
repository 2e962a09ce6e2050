"""Kinds of commands and options that the whole command line shares: summaries, option names, values, files to read."""

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import IO, Any, Final

import click

from benchboard.canbus.link import named_error
from benchboard.cli.help_texts import TranslatedHelp, help_paragraphs
from benchboard.cli.suggested_commands import suggest_for_same_database
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, allowed_numbers, help_sentence, system_reason


class Incomplete(click.UsageError):
    """A command line lacks something. An example has the command's required parameters, and `needed`."""

    def __init__(self, message: str, ctx: click.Context | None = None, needed: Sequence[click.Parameter] = ()) -> None:
        super().__init__(message, ctx)
        self.needed = tuple(needed)


class WrongValue(click.UsageError):
    """A value that can't be right, as the error of a service says it, with what to do about it."""


class MissingParameters(Incomplete):
    """A command line lacks `parameters`, options or arguments that the command can't do without.

    `needed` is all that is needed here, if that is more than what the command always requires.
    """

    def __init__(
        self, parameters: Sequence[click.Parameter], ctx: click.Context, needed: Sequence[click.Parameter] = ()
    ) -> None:
        *names, last = (parameter_name(one) for one in parameters)
        several = _("{names} and {last} are required.").format(names=", ".join(names), last=last)
        super().__init__(several if names else _("{name} is required.").format(name=last), ctx, needed)


class CliCommand(TranslatedHelp):
    """A command that names everything its command line lacks, rather than only the first of it, and whose errors
    suggest commands for the database that it used.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            rest = super().parse_args(ctx, args)
            _require_utf8(ctx)
            return rest
        except click.BadOptionUsage as error:
            error.ctx = error.ctx or ctx  # click's parser leaves it out
            raise
        except click.MissingParameter as error:
            values, _rest, _order = self.make_parser(ctx).parse_args(given)
            missing = [
                one
                for one in self.get_params(ctx)
                if one.required and one.value_is_missing(one.consume_value(ctx, values)[0])
            ]
            if len(missing) < 2:
                raise
            raise MissingParameters(missing, ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AppError as error:
            suggest_for_same_database(ctx, error)
            if _is_of_argument(ctx, error):
                raise WrongValue(printable(str(error)), ctx) from error
            named = _by_typed_name(ctx, error)
            if named is error:
                raise
            raise named from error


def _by_typed_name(ctx: click.Context, error: AppError) -> AppError:
    """`error` about the port of a dongle that was named in `--port`: by that name, and where it is."""
    typed, path = ctx.params.get("port"), error.facts.get("path")
    if not isinstance(typed, str) or not isinstance(path, str) or "/" in typed or typed in path:
        return error
    return named_error(error, _("{name} ({path})").format(name=typed, path=path))


_FIELDS: Final = {"database": ("database_name",), "email": ("email", "as_email", "admin"), "title": ("name",),
                  "url": ("url", "address"), "authentication": ("auth",)}  # fmt: skip
"""The parameters for the value that an error calls otherwise."""
_LOOKED_UP: Final = ("port", "bitrate", "revision")
"""The parameters that fit or not by what is connected, or by what the database is like."""


def _is_of_argument(ctx: click.Context, error: AppError) -> bool:
    """Whether an error is about a value of the command line that can't be right, whatever the database, the files and
    the dongles are like: it then is wrong usage, as an unknown option is.
    """
    field = str(error.facts.get("field"))
    typed = (
        name
        for name in _FIELDS.get(field, (field,))
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    )
    problems = error.facts.get("problems")
    if isinstance(problems, tuple):  # several at once
        return any(_is_of_argument(ctx, one) for one in problems)
    return isinstance(error, Invalid) and any(name in ctx.params and name not in _LOOKED_UP for name in typed)


def _require_utf8(ctx: click.Context) -> None:
    """Raise `click.BadParameter` for a text that isn't UTF-8; files may have such names."""
    for param in ctx.command.params:
        value = ctx.params.get(param.name or "")
        texts = value if isinstance(value, tuple) else (value,)
        if isinstance(param.type, click.Path | click.File):
            continue
        if any("\udc80" <= sign <= "\udcff" for text in texts if isinstance(text, str) for sign in text):
            raise click.BadParameter(_("The text isn't valid UTF-8."), ctx, param)


class CliGroup(TranslatedHelp, click.Group):
    """A group whose help lists its commands with whole sentences."""

    command_class = CliCommand
    group_class = type

    def known_names(self) -> list[str]:
        """The names of its commands, to find the one that was meant."""
        return sorted(name for name, command in self.commands.items() if not command.hidden)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options and the list of commands."""
        super().format_options(ctx, formatter)
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, help_sentence(text)) for name, text in self.summaries(ctx)])

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Its commands, and what each does."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, summary(command)) for name, command in commands if command is not None and not command.hidden]


def renamed(command: click.Command, old: str) -> click.Command:
    """`command` by its `old` name, by which scripts may still call it; help and suggestions don't show it."""
    alias = copy(command)
    alias.name, alias.hidden = old, True
    return alias


class RenamedOption(click.Option):
    """An option that scripts may still give by its old names; its help shows the first one alone."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        old, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = old


class Choice(click.Choice[str]):
    """One of some values, which scripts may still give by the old ones: a mapping is from the value to the old one,
    which the command gets."""

    def __init__(self, values: Iterable[str] | Mapping[str, str]) -> None:
        super().__init__(list(values))
        self._stored = dict(values) if isinstance(values, Mapping) else {value: value for value in values}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self._stored:
            return self._stored[value]
        if value in self._stored.values():
            return str(value)
        known = {name.lower(): stored for shown, stored in self._stored.items() for name in (shown, stored)}
        if value.lower() in known:
            return known[value.lower()]
        sentence = _("{option} can't be “{value}”. Choose one of: {names}.")
        raise click.UsageError(
            sentence.format(option=parameter_name(param), value=printable(str(value)), names=", ".join(self.choices)),
            ctx,
        )


class WholeNumber(click.IntRange):
    """A whole number, within limits if there are any. `part` is its placeholder where an option takes several."""

    name = "number"

    def __init__(self, low: int | None = None, high: int | None = None, *, part: str = "") -> None:
        super().__init__(low, high)
        self._part = part

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            allowed = allowed_numbers(self.min, self.max, whole=True, open_low=self.min_open, grouped=False)
            raise _number_error(allowed, param, ctx, self._part) from error

    def _describe_range(self) -> str:
        return _range_text(self.min, self.max, self.min_open)


class Number(click.FloatRange):
    """A number, within limits if there are any."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            allowed = allowed_numbers(self.min, self.max, open_low=self.min_open, grouped=False)
            raise _number_error(allowed, param, ctx) from error

    def _describe_range(self) -> str:
        return _range_text(self.min, self.max, self.min_open)


class Frequency(click.ParamType[float, object]):
    """Hz, with k or M before the unit where it has one: 80M, 80MHz, 83333; within limits if there are any."""

    name = "HZ"

    def __init__(self, low: int | None = None, high: int | None = None) -> None:
        self._low, self._high = low, high

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number in Hz or bit/s; a usage error for anything else."""
        match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,9})?)\s?([kKM]?)(?:Hz|bit/s)?", str(value))
        if match is None:
            self.fail(self._sentence().format(value=value), param, ctx)
        found = round(float(match[1]) * {"": 1, "k": 1e3, "K": 1e3, "M": 1e6}[match[2]], 9)
        if self._low is not None and self._high is not None and not self._low <= found <= self._high:
            raise _number_error(self._allowed(self._low, self._high), param, ctx)
        return found

    def _sentence(self) -> str:
        return _("“{value}” isn't a valid frequency. Use a format such as 80M or 80000000.")

    def _allowed(self, low: int, high: int) -> str:
        from benchboard.canbus.timing import figures  # late: few commands take a frequency

        return figures.allowed_frequencies(low, high)


class BitRate(Frequency):
    """Bit/s, with k or M before the unit where it has one: 500k, 0.5M, 500000; within limits if there are any."""

    name = "BIT/S"

    def _sentence(self) -> str:
        return _("“{value}” isn't a valid bit rate. Use a format such as 500k or 500000.")

    def _allowed(self, low: int, high: int) -> str:
        from benchboard.canbus.timing import figures  # late: few commands take a bit rate

        return figures.allowed_bit_rates(low, high)


def rounded(_context: click.Context, _param: click.Parameter, value: float | None) -> int | None:
    """The callback of an option whose command counts in whole Hz or bit/s."""
    return None if value is None else round(value)


SegmentValues = tuple[int, int, int, int, int]
"""Prescaler, propagation, phase 1, phase 2 and SJW."""


class NamedValue(click.ParamType[tuple[str, str], object]):
    """A name and its value, written NAME=VALUE. The value is one of `choices`, if there are any, or empty."""

    def __init__(self, form: str, choices: Sequence[str] = ()) -> None:
        self.name, self._choices = form, choices

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Both, without spaces around them; a usage error for anything else."""
        if isinstance(value, tuple):  # click converts a default again
            return str(value[0]), str(value[1])
        name, sign, found = (part.strip() for part in str(value).partition("="))
        if not sign or not name:
            what = _("“{value}” has no name and value. Write it as {form}.")
            self.fail(what.format(value=str(value)[:60], form=self.name), param, ctx)
        if self._choices and found and found not in self._choices:
            what = _("“{value}” isn't known. Choose one of: {values}.")
            self.fail(what.format(value=found[:60], values=", ".join(self._choices)), param, ctx)
        return name, found


class SegmentsType(click.ParamType[SegmentValues, object]):
    """A bit timing, written PRESCALER/PROP_SEG/PHASE_SEG1/PHASE_SEG2/SJW."""

    name = "BRP/PROP/PS1/PS2/SJW"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> SegmentValues:
        """The five numbers; a usage error for anything else."""
        match = re.fullmatch(r"(\d{1,9})/(\d{1,9})/(\d{1,9})/(\d{1,9})/(\d{1,9})", str(value))
        if match is None:
            self.fail(
                _("“{value}” isn't a valid bit timing. Use a format such as 1/95/32/32/32.").format(value=value),
                param,
                ctx,
            )
        return int(match[1]), int(match[2]), int(match[3]), int(match[4]), int(match[5])


def _range_text(low: float | None, high: float | None, open_: bool) -> str:
    """`1 to 64`, as help says it; empty without limits."""
    if low is None:
        return ""
    if high is not None:
        return _("{low} to {high}").format(low=low, high=high)
    return (_("more than {low}") if open_ else _("{low} or more")).format(low=low)


def _number_error(
    allowed: str, param: click.Parameter | None, ctx: click.Context | None, part: str = ""
) -> click.UsageError:
    sentence = _("{option} must be {allowed}.")
    option = _("{part} in {option}").format(part=part, option=parameter_name(param)) if part else parameter_name(param)
    return click.UsageError(sentence.format(option=option, allowed=allowed), ctx)


def parameter_name(param: click.Parameter | None) -> str:
    """What the help calls an option or argument."""
    if param is None:
        return _("The value")
    return (
        param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.name or "").upper().strip(".[]")
    )


class InputFile(click.File):
    """A file to read, or - for standard input. Raises `Invalid` (`cli.file`) for one that can't be read."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: click.Parameter | None, ctx: click.Context | None
    ) -> IO[Any]:
        if isinstance(value, (str, os.PathLike)) and os.fspath(value) != "-":
            require_readable(Path(value))
        return super().convert(value, param, ctx)


def require_readable(file: Path, do: str = "") -> None:
    """Raise `Invalid` (`cli.file`, with the advice `do`) for a file that can't be opened, or is no ordinary file.

    A pipe or a device may never end, or never begin.
    """
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            file.open("rb").close()
            return
    except (OSError, ValueError) as error:
        raise unreadable(file, error, do) from error
    why = _("It's a folder.") if stat.S_ISDIR(mode) else _("It isn't an ordinary file.")
    raise unreadable(file, why, do)


def unreadable(file: Path | str, why: Exception | str, do: str = "") -> Invalid:
    """The error that a command can't read `file`."""
    reason = why if isinstance(why, str) else (system_reason(why) if isinstance(why, OSError) else "") or str(why)
    do = do or _("Enter the path of a file that you can read, or - for standard input.")
    return Invalid("cli.file", _("Can't read {file}.").format(file=file), why=reason, do=do)


def summary(command: click.Command) -> str:
    """What a command does, in a sentence: the first paragraph of its help."""
    return help_paragraphs(command)[0]
