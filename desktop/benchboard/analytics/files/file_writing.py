"""How the files of one table are written, where that differs, and which columns differ in them, as sentences."""

from collections.abc import Sequence
from typing import Final

from benchboard.analytics.files.inspection_types import AssumedUnit, ColumnInspection, DifferingKind, TableInspection
from benchboard.analytics.files.scan import FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT
from benchboard.i18n import N_, _, ngettext, number

_NAMED: Final = 2
_KINDS: Final[dict[ColumnKind, str]] = {
    "text": N_("text"), "integer": N_("numbers"), "decimal": N_("numbers"), "float": N_("numbers"),
    "boolean": N_("yes or no"), "timestamp": N_("dates"), "date": N_("dates"),
}  # fmt: skip


def differing_kinds(
    columns: Sequence[ScanColumn], where: Sequence[Sequence[tuple[TableInspection, int | None]]]
) -> tuple[DifferingKind, ...]:
    """Those of the columns that are text although they aren't in some files, or are in other units there. `where` has,
    for each column, the tables of the files and its place in them."""
    found = []
    for place, (column, tables) in enumerate(zip(columns, where, strict=True)):
        kinds: dict[tuple[ColumnKind, str], list[str]] = {}
        for table, at in tables:
            if at is not None and _has_values(table.columns[at]):
                one = table.scan.columns[at]
                # Whole and other numbers don't differ, and neither do days and times.
                kind: ColumnKind = {"integer": "float", "timestamp": "date"}.get(one.kind, one.kind)  # type: ignore[assignment]  # kinds all
                kinds.setdefault((kind, one.value_unit), []).append(table.scan.file_name)
        if column.kind == "text" and len(kinds) > 1:
            found.append(DifferingKind(place, tuple((*key, tuple(names)) for key, names in kinds.items())))
    return tuple(found)


def _has_values(column: ColumnInspection) -> bool:
    return any(fit.of for fit in column.fits)


def differing_kind_sentence(scan: FileScan, differing: DifferingKind) -> str:
    """Which files have what in a column that is text for that."""
    parts = [
        _("{file}: {kind}").format(file=_files(names), kind=_kind_text(kind, unit))
        for kind, unit, names in differing.kinds
    ]
    text = _("“{column}” is read as text because its values differ. {files}.")
    return text.format(column=scan.columns[differing.place].title, files="; ".join(parts))


def assumed_unit_sentence(scan: FileScan, assumed: AssumedUnit) -> str:
    """Which amounts of a column are written without the currency that they are read in."""
    column = scan.columns[assumed.place]
    text = ngettext(
        "“{column}”: {count} number without a currency is read as {currency}.",
        "“{column}”: {count} numbers without a currency are read as {currency}.",
        assumed.count,
    )
    if assumed.files:
        text = ngettext(
            "“{column}”: {count} number without a currency is read as {currency}. It is in {files}.",
            "“{column}”: {count} numbers without a currency are read as {currency}. They are in {files}.",
            assumed.count,
        )
    return text.format(
        column=column.title, count=number(assumed.count), currency=column.value_unit, files=_files(assumed.files)
    )


def read_in_currency_sentence(title: str, currency: str) -> str:
    """Of a column some of whose amounts are written without the currency that they are read in."""
    return _("“{column}”: numbers without a currency are read as {currency}.").format(column=title, currency=currency)


def _kind_text(kind: ColumnKind, unit: str) -> str:
    if unit == PERCENT:
        return _("percentages")
    return _("amounts in {currency}").format(currency=unit) if unit else _(_KINDS[kind])


def written_sentence(scan: FileScan) -> str:
    """How the files of a table are written, each as it is read; empty if all are written alike."""
    if not scan.variants:
        return ""
    apart = {name for one in scan.variants for name in one.files}
    groups = [tuple(name for name in scan.files if name not in apart), *(one.files for one in scan.variants)]
    parts = [
        _("{file}: {kind}").format(file=_files(names), kind=", ".join(_writing(options, scan.writings)))
        for names, options in zip(groups, scan.writings, strict=True)
        if names
    ]
    return _("These files are formatted differently. Each is read with its own settings. {files}.").format(
        files="; ".join(parts)
    )


def _writing(options: ReadOptions, every: Sequence[ReadOptions]) -> list[str]:
    """What tells these options from the others."""
    separators = {"\t": _("tab")}
    orders = {
        "year-first": _("year first in dates"), "day-first": _("day before month in dates"),
        "month-first": _("month before day in dates"),
    }  # fmt: skip
    one_thousand = f"1{options.thousands_mark}234{options.decimal_mark}5"
    said = (
        ("delimiter", _("separator “{sign}”").format(sign=separators.get(options.delimiter, options.delimiter))),
        ("encoding", options.encoding.upper().replace("WINDOWS", "Windows")),
        ("decimal_mark", _("numbers like {example}").format(example=one_thousand)),
        ("date_order", orders.get(options.date_order, "")),
        ("skip_lines", _("column names on line {line}").format(line=number(options.skip_lines + 1))),
        ("compressed", _("compressed") if options.compressed else _("not compressed")),
        ("quote", _("quote “{sign}”").format(sign=options.quote) if options.quote else _("no quotes")),
    )
    differs = {name for name, _text in said if len({getattr(one, name) for one in every}) > 1}
    if len({one.thousands_mark for one in every}) > 1:
        differs.add("decimal_mark")
    return [text for name, text in said if name in differs and text]


def _files(names: Sequence[str]) -> str:
    named = ", ".join(f"“{name}”" for name in names[:_NAMED])
    if (more := len(names) - _NAMED) > 0:
        text = ngettext("{files} and {count} more file", "{files} and {count} more files", more)
        return text.format(files=named, count=number(more))
    return named
