"""A number on a screen is written by `i18n.number`, with the decimal point of the language; an f-string has its own."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from support.source import walked

ROOT: Final = Path(__file__).parents[3]
PACKAGE: Final = ROOT / "desktop/benchboard"
EXCEPTIONS: Final = {
    "i18n.py": "`number` itself",
    "canbus/bus_recorder.py": "a line in candump's format",
    "canbus/recording_writer.py": "lines of candump and CSV files",
    "cli/can.py": "a line in candump's format",
    "cli/can_protocols.py": "a time in candump's format",
    "analytics/expression_translator.py": "SQL",
    "analytics/files/row_file.py": "a value of DuckDB",
    "analytics/files/excel_rows.py": "a number as a CSV file has it",
    "analytics/files/csv_dialect.py": "the pattern of a date",
    "analytics/query_builder/sql_words.py": "SQL",
    "analytics/table_export/clipboard_table.py": "cells copied for other programs",
    "analytics/remote/mysql.py": "a setting of the server",
    "analytics/sqlite_functions.py": "a value of SQLite",
    "storage/audit_seals.py": "the bytes that are sealed",
    "dashboards/variables/variable_queries.py": "a value of a query",
    "ui/studio/tiles/tables/table_rows.py": "cells copied for other programs",
}
"""The modules that write decimals for programs, each with what they are."""
_SPEC: Final = re.compile(r"(.?[<>=^])?[-+ z#0]*\d*(?=[,_.eEfFgGn%])[,_]?(\.\d+)?[eEfFgGn%]?")
"""A format that writes a decimal point, an exponent or groups of thousands."""
_FIELD: Final = re.compile(r"\{\w*:([^{}]*)\}")
_PRINTF: Final = re.compile(r"%[-+ 0-9]*\.\d*[efgEFG]|%[efgEFG]\b")


def _spec(node: ast.expr | None) -> str:
    """A format specification; what is put into it counts as 0."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in parts)


def _is_rounding(node: ast.AST) -> bool:
    """Whether this makes a number again of a text, which nobody sees."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Decimal", "float")


def decimals(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """The lines of a module of these nodes that write a number with a point, an exponent or groups of their own."""
    rounding = {
        id(part)
        for node in nodes
        if _is_rounding(node)
        for argument in node.args  # type: ignore[attr-defined]  # a call
        for part in ast.walk(argument)
    }
    for node in nodes:
        if id(node) in rounding:
            continue
        match node:
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if _SPEC.fullmatch(_spec(spec)):
                yield node.lineno
            case ast.Call(func=ast.Name(id="format"), args=[_, spec]) if _SPEC.fullmatch(_spec(spec)):
                yield node.lineno
            case ast.Constant(value=str(text)) if any(map(_SPEC.fullmatch, _FIELD.findall(text))) or _PRINTF.search(
                text
            ):
                yield node.lineno


def lines_with_decimals(package: Path) -> dict[str, list[int]]:
    """Of each module of a package that writes such numbers, the lines."""
    found = {}
    for file, nodes in walked(package).items():
        if lines := sorted(decimals(nodes)):
            found[file.relative_to(package).as_posix()] = lines
    return found


def test_decimals_for_people_are_written_by_number() -> None:
    found = lines_with_decimals(PACKAGE)
    wrong = {file: lines for file, lines in found.items() if file not in EXCEPTIONS}
    assert not wrong, "use i18n.number"
    assert found.keys() >= EXCEPTIONS.keys(), "an exception that is no longer needed"


def test_decimals_that_a_language_does_not_write_are_found(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text(
        "f'{load:.1f} of {whole:>8.{digits}f}'\n"
        "f'{count:,}'\n"
        "'{load:.2f}'.format(load=1.5)\n"
        "'%.3f' % load\n"
        "format(load, '.1e')\n"
        "f'{load:g}'\n"
    )
    (tmp_path / "not_shown.py").write_text(
        "Decimal(f'{load:.3g}')\nfloat(f'{load:.3f}')\nf'0x{address:08X} {name:>10} {time:%H:%M}'\nf'{name}: {count}'\n"
    )
    assert lines_with_decimals(tmp_path) == {"shown.py": [1, 1, 2, 3, 4, 5, 6]}
