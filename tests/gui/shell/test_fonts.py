"""The window's font families, their digits, and the height of painted text."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetricsF, QTextLayout
from PySide6.QtWidgets import QHeaderView, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from benchboard import package_data
from benchboard.ui import fonts
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.paragraph import PaintedParagraph, Paragraph

pytestmark = pytest.mark.usefixtures("qapp")

_SYSTEM = QFontDatabase.SystemFont.GeneralFont
_WANTED = ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans")


def _installed(monkeypatch: pytest.MonkeyPatch, own: str, *installed: str) -> None:
    """A computer whose desktop is set in `own`, with some families besides."""

    class Info:
        def __init__(self, font: QFont) -> None: ...

        def family(self) -> str:
            return own

    monkeypatch.setattr(fonts, "QFontInfo", Info)
    monkeypatch.setattr(QFontDatabase, "hasFamily", lambda family: family in (own, *installed))


@pytest.mark.parametrize(
    ("own", "installed", "first"),
    [
        ("Cantarell", ["Inter", "Cantarell"], "Inter"),
        ("Cantarell", ["Cantarell", "Noto Sans"], "Cantarell"),
        ("Ubuntu Sans", ["Ubuntu Sans", "Noto Sans", "DejaVu Sans"], "Ubuntu Sans"),
        ("DejaVu Sans", ["DejaVu Sans", "Cantarell"], "Cantarell"),
        ("DejaVu Sans", ["DejaVu Sans"], "DejaVu Sans"),
    ],
)
def test_family_is_ours_then_the_systems_and_dejavu_last(
    monkeypatch: pytest.MonkeyPatch, own: str, installed: Sequence[str], first: str
) -> None:
    _installed(monkeypatch, own, *installed)
    named = fonts.families(_WANTED, _SYSTEM)
    assert next(family for family in named if family in installed) == first


def test_fonts_that_the_wheel_carries_are_known_before_the_theme_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = json.loads((package_data.resources_folder() / "themes" / "tokens.json").read_text())
    for name in ("fonts", "themes"):
        (tmp_path / name).mkdir()
    (tmp_path / "themes" / "tokens.json").write_text(json.dumps(tokens))
    (tmp_path / "fonts" / "Inter-Regular.ttf").write_bytes(b"")
    known: list[str] = []
    monkeypatch.setattr(QFontDatabase, "addApplicationFont", lambda file: known.append(Path(file).name) or 0)
    monkeypatch.setattr(QFontDatabase, "hasFamily", lambda family: family == "Inter" and known == ["Inter-Regular.ttf"])
    theme = Theme(tmp_path / "themes" / "tokens.json")
    assert theme.font().families()[0] == "Inter"


@pytest.mark.parametrize("role", ["micro", "caption", "body", "section", "title", "display", "kpi", "mono"])
def test_figures_are_equally_wide_in_every_step(light: Theme, role: str) -> None:
    font = light.font(role)
    metrics = QFontMetricsF(font)
    assert font.featureValue(QFont.Tag("tnum")) == 1
    widths = [metrics.horizontalAdvance(figure * 8) / 8 for figure in "0123456789"]
    assert max(widths) - min(widths) < 0.1


@pytest.mark.parametrize("role", ["caption", "body", "body_strong", "title", "mono"])
def test_an_id_in_hexadecimal_has_an_x_and_no_multiplication_sign(light: Theme, role: str) -> None:
    """Inter draws an x between two digits as “×”."""

    def glyphs(text: str) -> list[int]:
        layout = QTextLayout(text, light.font(role))
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        return [index for run in layout.glyphRuns() for index in run.glyphIndexes()]

    assert glyphs("0x5")[1] == glyphs("x")[0]


def test_figures_are_equally_wide_in_widgets_that_the_style_sheet_sets(qtbot: QtBot, light: Theme) -> None:
    table, window = QTableView(), QWidget()
    shown = [Text("12", "caption"), Text("12", "kpi"), QLabel("12"), QLineEdit("12"), table, table.horizontalHeader()]
    for widget in shown:
        if not isinstance(widget, QHeaderView):
            widget.setParent(window)
    qtbot.addWidget(window)
    window.show()
    for widget in shown:
        assert widget.font().featureValue(QFont.Tag("tnum")) == 1, widget
        metrics = QFontMetricsF(widget.font())
        assert abs(metrics.horizontalAdvance("1111") - metrics.horizontalAdvance("0000")) < 0.4, widget


def test_bold_text_has_a_weight_of_its_own(light: Theme) -> None:
    weights = [QFontInfo(light.font(role)).weight() for role in ("body", "body_strong")]
    assert weights[0] < weights[1]


@pytest.mark.usefixtures("light")
def test_painted_text_has_the_height_of_a_label_with_the_same_text(qtbot: QtBot) -> None:
    for type in ("caption", "body", "title"):
        label = Paragraph("one two three\nfour", type)
        qtbot.addWidget(label)
        label.ensurePolished()
        assert PaintedParagraph("one two three\nfour", 60, type).height == label.heightForWidth(60)
