"""What people read in a terminal: names of columns, values with units. Text is made safe: what comes from a
database, a file or a command line may hold escape sequences.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from benchboard.i18n import N_, _, number, percent
from benchboard.paging import Unreadable

if TYPE_CHECKING:
    from benchboard.dashboards.interchange import ConversionReport


def printable(text: str) -> str:
    """`text` on one line, every control character replaced by U+FFFD."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def shorten_arguments(text: str, arguments: Sequence[str], limit: int) -> str:
    """`text` with the command line's own arguments shortened to `limit` characters: their beginning and end."""
    words = {
        word for argument in arguments for word in (argument, argument.partition("=")[2], argument.partition("=")[0])
    }
    for word in sorted((word for word in words if len(word) > limit), key=len, reverse=True):
        # click quotes some of them as Python does.
        for form in (word, repr(word)[1:-1], printable(word)):
            if len(form) > limit:
                text = text.replace(form, f"{form[: limit // 2]}…{form[len(form) - limit // 2 + 1 :]}")
    return text


def cell_text(value: object) -> str:
    """A value as a table for people shows it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Unreadable):
        return _("unreadable")
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(str(key))}={cell_text(inner)}" for key, inner in value.items()) or "–"
    return printable(str(value))


def bit_rate(bits_per_second: float | None) -> str | None:
    """`500 kbit/s`, None where there is none."""
    return None if bits_per_second is None else f"{number(bits_per_second / 1000, most=3, grouped=False)} kbit/s"


def value_text(name: str, value: object) -> object:
    """A value of the column `name` with its unit, as in the window."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if name in ("bitrate", "data_bitrate"):
        return bit_rate(value)
    if name == "clock_hz":
        return f"{number(value / 1_000_000, most=6)} MHz"
    if name.endswith("sample_point"):
        return percent(value, most=3)
    if name.endswith("_ns"):
        return f"{number(value, most=1, grouped=False)} ns"
    return value


_TITLES: Final = {
    "auto_restart_ms": N_("Restart after bus-off (ms)"),
    "at": N_("When"),
    "author": N_("Author"),
    "bitrate": N_("Bit rate"),
    "clock_hz": N_("CAN clock"),
    "data_bitrate": N_("Data bit rate"),
    "data_phase_seg1": N_("Data phase 1"),
    "data_phase_seg2": N_("Data phase 2"),
    "data_prop_seg": N_("Data propagation"),
    "data_sjw": N_("Data SJW"),
    "data_tseg1": N_("Data propagation and phase 1"),
    "device_id": N_("ID"),
    "email": N_("Email"),
    "end_reason": N_("Reason"),
    "event": N_("Event"),
    "fd": N_("CAN FD"),
    "fd_enabled": N_("CAN FD"),
    "host_name": N_("Computer"),
    "id": N_("ID"),
    "last_seen": N_("Last sign-in"),
    "last_used_at": N_("Last used"),
    "level": N_("Access"),
    "members": N_("Members"),
    "name": N_("Name"),
    "note": N_("Name"),
    "number": N_("Version"),
    "owner": N_("Owner"),
    "ownership_state": N_("Status"),
    "phase_seg1": N_("Phase 1"),
    "phase_seg2": N_("Phase 2"),
    "people": N_("People"),
    "person": N_("Person"),
    "port": N_("Port"),
    "program": N_("Program"),
    "prop_seg": N_("Propagation"),
    "quanta": N_("Time quanta"),
    "restored_from": N_("Restored from"),
    "role": N_("Role"),
    "saved_at": N_("Saved"),
    "sessions": N_("Sessions"),
    "shared_with": N_("Shared with"),
    "short_name": N_("Short name"),
    "sjw": N_("SJW"),
    "state": N_("Status"),
    "tdc_enabled": N_("Delay compensation"),
    "tdc_offset": N_("Delay compensation offset"),
    "termination_ohm": N_("Termination (ohm)"),
    "tq_ns": N_("Time quantum"),
    "tseg1": N_("Propagation and phase 1"),
    "updated_at": N_("Last changed"),
    "what": N_("What"),
    "who": N_("Who"),
    "why": N_("Why"),
    "widgets": N_("Widgets"),
}
"""What tables and the window call a column whose name in JSON, on which scripts depend, isn't a word."""


def column_title(name: str) -> str:
    """What people call a column with this name in JSON."""
    return _(_TITLES[name]) if name in _TITLES else name.replace("_", " ").capitalize()


def print_pairs(row: Mapping[str, object]) -> None:
    """Print a title and a value on each line; nothing for None."""
    print_lines((column_title(name), cell_text(value)) for name, value in row.items() if value is not None)


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Print two columns of text."""
    from rich.console import Console  # late: machines ask for JSON
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for line in lines:
        table.add_row(*map(Text, line))
    Console(highlight=False, width=None if sys.stdout.isatty() else 10_000).print(table)


def show_report(report: "ConversionReport", *, as_json: bool) -> None:
    """Print the report of an import or export on stderr."""
    if as_json:
        click.echo(json.dumps(report.to_json()), err=True)
        return
    for line in report.text().splitlines():
        click.echo(printable(line), err=True)
