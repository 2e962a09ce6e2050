"""The steps with data of one's own: a file that is dropped on the window, and the data source that it becomes."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt

from benchboard.tour.steps import CTRL, TourContext, TourStep, press, rows

_FILE: Final = "Chamber 2 log.csv"
_ROWS: Final = 240
_WRONG: Final = 100


def _write_log(folder: Path) -> Path:
    """A log as a climate chamber writes it in Turkey, with one line that doesn't fit."""
    lines = ["Zaman;Oda;Sıcaklık (°C);Geçti"]
    for place in range(_ROWS):
        degrees = f"{20 + place % 50 // 10},{place % 10}"
        day, hour = 7 + place // 24, place % 24
        lines.append(f"{day:02d}.11.2026 {hour:02d}:05;Oda {1 + place % 2};{degrees};{'E' if place % 7 else 'H'}")
    lines[_WRONG] = lines[_WRONG].replace(",", " ,")
    file = folder / _FILE
    file.write_bytes("\n".join(lines).encode("cp1254"))
    return file


def _drop(context: TourContext) -> None:
    context.driver.click("tab_studio_data")
    context.driver.wait_until(lambda: context.driver.find("sources_add"), "the data sources")
    context.driver.drop_file(_write_log(context.out))
    context.driver.wait_until(lambda: rows(context, "import_preview") > 0, "the first rows")


def _add(context: TourContext) -> None:
    press(Qt.Key.Key_Return, CTRL)(context)
    context.driver.wait_until(lambda: rows(context, "sources_table") > 0, "the data source")
    context.driver.wait_until(lambda: context.driver.find("source_used_by"), "what is in it")


DATA: Final = (
    TourStep(
        "data-dropped",
        "A file dropped on the window: separator, decimal comma, encoding and dates are recognised, wrong lines named.",
        _drop,
        "SELECT count(*) FROM data_sources",
        "0",
    ),
    TourStep(
        "data-added",
        "Added with Ctrl Enter: a data source, and what each of its columns holds.",
        _add,
        "SELECT name, type, status FROM data_sources",
        "Chamber 2 log|csv|connected",
    ),
)  # fmt: skip
