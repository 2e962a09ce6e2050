"""docs/limits.md against the code: each limit is where the page says, and as large."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = re.findall(r"^\| (.+) \| (.+) \| `(.+)` `(.+)` \|$", (ROOT / "docs/limits.md").read_text(), re.MULTILINE)
UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400, "KiB": 1024, "MiB": 1024 * 1024, "": 1}
BY_NAME = {"_MS": "ms", "_S": "s", "_SECONDS": "s", "_DAYS": "d"}
"""The units that a constant's name ends in."""


def _values(path: Path, name: str) -> list[float]:
    """The value of a module's constant, or the values of a tuple, in seconds, bytes or pieces."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    constants = [node for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    (text,) = [
        ast.unparse(node.value)
        for node in constants
        if node.value is not None and name in ast.unparse(node).partition("=")[0].partition(":")[0].split()
    ]
    value = eval(text, {"timedelta": timedelta})
    if isinstance(value, timedelta):
        return [value.total_seconds()]
    unit = next((UNITS[unit] for end, unit in BY_NAME.items() if name.endswith(end)), 1)
    return [float(one) * unit for one in (value if isinstance(value, tuple) else (value,))]


@pytest.mark.parametrize(("what", "limit", "path", "name"), ROWS, ids=[row[0] for row in ROWS])
def test_limit_is_where_the_page_says_and_as_large(what: str, limit: str, path: str, name: str) -> None:
    *numbers, last = limit.split(", ")
    number, _space, unit = last.partition(" ")
    expected = [float(one.replace(",", "")) * UNITS[unit] for one in (*numbers, number)]
    assert expected == pytest.approx(_values(ROOT / "desktop/benchboard" / path, name))


def test_limits_page_has_no_row_that_is_not_compared() -> None:
    table = [line for line in (ROOT / "docs/limits.md").read_text().splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(table) - 1
