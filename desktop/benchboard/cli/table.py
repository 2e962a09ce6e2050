"""Tables in a terminal: what columns are called, values with their units, rows of cells or pairs."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from benchboard.cli.terminal import printable
from benchboard.dongles.channel_modes import channel_mode_title
from benchboard.i18n import N_, _, number, percent
from benchboard.paging import Unreadable
from benchboard.storage.short_ids import shorten

if TYPE_CHECKING:
    from rich.table import Table


_HUGE: Final = 1e15
"""From here on, a number is written with a power of ten."""


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
    if isinstance(value, float | Decimal) and isfinite(value) and abs(float(value)) < _HUGE:
        exponent = value.as_tuple().exponent if isinstance(value, Decimal) else None
        return number(value, -exponent if isinstance(exponent, int) and exponent < 0 else None, most=12, grouped=False)
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(str(key))}={cell_text(inner)}" for key, inner in value.items()) or "–"
    return printable(str(value))


def bit_rate(bits_per_second: float | None) -> str | None:
    """`500 kbit/s`, `2 Mbit/s`; None where there is none."""
    from benchboard.canbus.timing import figures  # late: few commands show a bit rate

    return figures.bit_rate(bits_per_second) if bits_per_second is not None else None


def value_text(name: str, value: object) -> object:
    """A value of the column `name` with its unit, as in the window; a setting as on or off, a mode by its title."""
    if name in _SWITCHES and isinstance(value, bool):
        return _("on") if value else _("off")
    if name == "mode" and isinstance(value, str):
        return channel_mode_title(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if name in ("bitrate", "data_bitrate"):
        return bit_rate(value)
    if name.endswith("clock_hz"):
        return f"{number(value / 1_000_000, most=6)} MHz"
    if name.endswith("sample_point"):
        return percent(value, most=3)
    if name.endswith("_ns"):
        return f"{number(value, most=1, grouped=False)} ns"
    return value


_SWITCHES: Final = ("auto_retransmit", "fd_enabled", "tdc_enabled", "triple_sampling")
"""Columns of a setting that is on or off, where other truth values are yes or no."""
_TITLES: Final = {
    "auto_restart_ms": N_("Restart after bus-off (ms)"),
    "at": N_("When"),
    "author": N_("Author"),
    "column": N_("Column"),
    "bitrate": N_("Bit rate"),
    "clock_hz": N_("CAN clock"),
    "connection": N_("Connection"),
    "data_bitrate": N_("Data bit rate"),
    "data_phase_seg1": N_("Data phase 1"),
    "data_phase_seg2": N_("Data phase 2"),
    "data_prop_seg": N_("Data propagation"),
    "data_sjw": N_("Data SJW"),
    "data_tseg1": N_("Data propagation and phase 1"),
    "device_id": N_("ID"),
    "device_key": N_("Public key"),
    "controller": N_("Controller"),
    "email": N_("Email"),
    "end_reason": N_("Ended because"),
    "event": N_("Event"),
    "fd": N_("Supports CAN FD"),
    "fd_enabled": N_("CAN FD"),
    "host_name": N_("Computer"),
    "id": N_("ID"),
    "kind": N_("Kind"),
    "last_seen": N_("Last sign-in"),
    "last_sync": N_("Last refreshed"),
    "last_used_at": N_("Last used"),
    "level": N_("Access"),
    "members": N_("Members"),
    "name": N_("Name"),
    "note": N_("Name"),
    "number": N_("Version"),
    "owner": N_("Owner"),
    "path": N_("File"),
    "ownership_state": N_("Status"),
    "phase_seg1": N_("Phase 1"),
    "phase_seg2": N_("Phase 2"),
    "people": N_("People"),
    "person": N_("Person"),
    "port": N_("Port"),
    "prescaler": N_("Prescaler"),
    "problem": N_("Problem"),
    "program": N_("Program"),
    "prop_seg": N_("Propagation"),
    "quanta": N_("Time quanta"),
    "reported_clock_hz": N_("CAN clock the dongle reports"),
    "reported_controller": N_("Controller the dongle reports"),
    "restored_from": N_("Restored from"),
    "role": N_("Role"),
    "rows": N_("Rows"),
    "sample_point": N_("Sample point"),
    "saved_at": N_("Saved"),
    "server": N_("Server"),
    "sessions": N_("Sessions"),
    "shared_with": N_("Shared with"),
    "short_name": N_("Short name"),
    "sjw": N_("SJW"),
    "state": N_("Status"),
    "table": N_("Table"),
    "tables": N_("Tables"),
    "dashboards": N_("Dashboards"),
    "description": N_("Description"),
    "hidden": N_("Hidden"),
    "expression": N_("Expression"),
    "aggregate": N_("Aggregate"),
    "format": N_("Format"),
    "problems": N_("Problems"),
    "fields": N_("Fields"),
    "source": N_("Data source"),
    "tdc_enabled": N_("Delay compensation"),
    "tdc_offset": N_("Delay compensation offset"),
    "termination_ohm": N_("Termination (ohm)"),
    "title": N_("Title"),
    "tq_ns": N_("Time quantum"),
    "tseg1": N_("Propagation and phase 1"),
    "unit": N_("Unit"),
    "emptied": N_("Lines with empty values"),
    "left_out": N_("Lines skipped"),
    "partial_columns": N_("Columns of some files"),
    "assumed_units": N_("Read in a currency"),
    "total_rows": N_("Total rows skipped"),
    "unread_files": N_("Files not read"),
    "unread_reasons": N_("Why not read"),
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
    from rich.table import Table  # late: machines ask for JSON
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for line in lines:
        table.add_row(*map(Text, line))
    _print(table)


def show_table(columns: Mapping[str, Callable[[Any], object]], rows: Iterable[Any]) -> None:
    """Print a table for people; plain where the output is not a terminal."""
    from rich.table import Table  # late: machines ask for JSON
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(column_title(name))
    for row in rows:
        # Text, not str: what is in the database is never markup.
        table.add_row(
            *(
                Text(shorten(str(row_id)) if name == "id" and (row_id := read(row)) else cell_text(read(row)))
                for name, read in columns.items()
            )
        )
    _print(table)


def _print(table: "Table") -> None:
    from rich.console import Console

    # Into a pipe or a file nothing is cut.
    Console(highlight=False, width=None if sys.stdout.isatty() else 10_000).print(table)
