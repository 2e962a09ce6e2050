"""The page with every part (`benchboard gallery`), held against a stored description of each part."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible, QFont, QFontDatabase, QImage, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui import gallery
from benchboard.ui.gallery.page import GalleryPage, gallery_window, part_title
from benchboard.ui.gallery.sample import Sample
from benchboard.ui.gallery.samples import samples
from benchboard.ui.theme import Mode, Theme
from benchboard.ui.widgets import __all__ as offered
from benchboard.ui.widgets import accessible_factory
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.surfaces import set_surface
from support.contrast import contrast
from support.faint_text import faint_texts
from support.painted_text import painted_texts

STORED = Path(__file__).parents[2] / "data" / "gallery.json"
ACCEPT = "BENCHBOARD_ACCEPT"
Description = dict[str, dict[str, Any]]


@pytest.fixture
def boxed(light: Theme, monkeypatch: pytest.MonkeyPatch) -> Theme:
    """The theme in a font of qtawesome's, which is the same file on every machine. It has hardly a letter, and no other
    font stands in: text is a row of marks as wide everywhere."""
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None
    assert spec.submodule_search_locations
    file = next((Path(spec.submodule_search_locations[0]) / "fonts").glob("fontawesome6-regular-*.ttf"))
    family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))[0]
    real = Theme.font

    def font(self: Theme, role: str = "body") -> QFont:
        made = real(self, role)
        made.setFamilies([family])
        made.setFeature(QFont.Tag("tnum"), 0)
        made.setStyleStrategy(
            QFont.StyleStrategy(QFont.StyleStrategy.NoFontMerging | QFont.StyleStrategy.PreferAntialias)
        )
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return made

    monkeypatch.setattr(Theme, "font", font)
    return light


def described(theme: Theme, mode: Mode) -> Description:
    """Of each part in each state: role and name as a screen reader gets them, size, and of each colour of the theme
    the number of pixels and the smallest rectangle around them."""
    theme.set_appearance(mode)
    names = {theme.color(token).rgb(): token for token in reversed(theme.tokens("color")[mode])}
    names |= {theme.chart(index).rgb(): f"chart.{index}" for index in range(8)}
    return {f"{one.part}, {one.state}": _described(one, names) for one in samples()}


def _described(sample: Sample, names: dict[int, str]) -> dict[str, Any]:
    holder = QWidget()
    holder.setStyleSheet("QWidget#holder { background: #FF00FF }")
    holder.setObjectName("holder")
    widget = sample.build()
    widget.setParent(holder)
    widget.adjustSize()
    widget.move(8, 8)
    holder.resize(widget.width() + 16, widget.height() + 16)
    image = holder.grab().toImage()
    said = [f"{role} {name}" for role, name in _said(widget) if name]
    found = {"size": [widget.width(), widget.height()], "said": said, "colours": _colours(image, names)}
    holder.deleteLater()
    return found


def _said(widget: QWidget) -> Iterator[tuple[str, str]]:
    for one in (widget, *widget.findChildren(QWidget)):
        interface = QAccessible.queryAccessibleInterface(one)
        if interface is not None and (one is widget or one.isVisibleTo(widget)):
            yield interface.role().name, interface.text(QAccessible.Text.Name)


def _colours(image: QImage, names: dict[int, str]) -> dict[str, list[int]]:
    counts: Counter[str] = Counter()
    boxes: dict[str, QRect] = {}
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels, width = memoryview(image.constBits()).cast("I").tolist(), image.width()
    for y in range(image.height()):
        row = pixels[y * width : (y + 1) * width]
        for colour in set(row) & names.keys():
            first, last = row.index(colour), width - 1 - row[::-1].index(colour)
            counts[names[colour]] += row.count(colour)
            line = QRect(QPoint(first - 8, y - 8), QPoint(last - 8, y - 8))
            boxes[names[colour]] = boxes.get(names[colour], QRect()).united(line)
    return {name: [counts[name], *boxes[name].getRect()] for name in sorted(counts) if counts[name] >= 6}


def differences(stored: Description, now: Description) -> list[str]:
    """What of each part differs, a line each. A 50th of a colour's pixels may differ: edges are smoothed."""
    lines = [f"{name}: {'gone' if name in stored else 'new'}" for name in sorted(set(stored) ^ set(now))]
    for name in sorted(set(stored) & set(now)):
        was, is_now = stored[name], now[name]
        lines += [
            f"{name}: {key} was {was[key]}, is {is_now[key]}" for key in ("size", "said") if was[key] != is_now[key]
        ]
        for colour in sorted(set(was["colours"]) | set(is_now["colours"])):
            one, other = was["colours"].get(colour), is_now["colours"].get(colour)
            if one is None or other is None or not _alike(one, other):
                lines.append(f"{name}: {colour} was {one}, is {other}")
    return lines


def _alike(one: list[int], other: list[int]) -> bool:
    near = abs(one[0] - other[0]) <= max(2, one[0] // 50)
    return near and all(abs(a - b) <= 1 for a, b in zip(one[1:], other[1:], strict=True)) and one[3:] == other[3:]


def _store(now: dict[str, Description]) -> None:
    modes = []
    for mode, description in now.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in description.items()]
        modes.append(f" {json.dumps(mode)}: {{\n" + ",\n".join(lines) + "\n }")
    STORED.write_text("{\n" + ",\n".join(modes) + "\n}\n", encoding="utf-8")


def test_parts_look_and_are_read_as_stored(boxed: Theme) -> None:
    """A change of any part is noticed, another font on the machine is not.

    Pictures would differ with the fonts of every machine, and a tree of widgets alone would not notice what is painted.
    So each part is drawn in a font that is the same file everywhere, and what is compared does not depend on how edges
    are smoothed: how many pixels have exactly a colour of the theme and where they lie, the size, and what a screen
    reader reads. A line one pixel lower or in another colour is a difference. The file is text, so a review shows which
    part changed and how. A change that is meant is stored with BENCHBOARD_ACCEPT=1.
    """
    accessible_factory.install()
    modes: tuple[Mode, Mode] = ("light", "dark")
    now = {mode: described(boxed, mode) for mode in modes}
    if os.environ.get(ACCEPT):
        _store(now)
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    for mode in modes:
        assert differences(stored[mode], now[mode]) == [], f"{mode}; if it is meant, run this with {ACCEPT}=1"


def test_change_of_one_pixel_or_colour_is_a_difference() -> None:
    part = {"size": [80, 20], "said": ["StaticText Ready"], "colours": {"border": [196, 0, 0, 80, 20]}}
    for colours in ({"border": [196, 0, 0, 80, 21]}, {"accent": [196, 0, 0, 80, 20]}, {"border": [150, 0, 0, 80, 20]}):
        assert differences({"Badge, ok": part}, {"Badge, ok": {**part, "colours": colours}})


@pytest.mark.usefixtures("light")
def test_gallery_draws_both_themes_into_a_file(tmp_path: Path, light: Theme) -> None:
    assert gallery.main(["--out", str(tmp_path / "parts.png")]) == 0
    image = QImage(str(tmp_path / "parts.png"))
    shown = [image.pixelColor(x, image.height() - 2).name().upper() for x in (2, image.width() - 2)]
    assert shown == [light.tokens("color")[mode]["window"] for mode in ("light", "dark")]


def test_gallery_is_drawn_into_a_file_without_a_display(tmp_path: Path) -> None:
    without = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "benchboard", "gallery", "--out", str(tmp_path / "parts.png")]
    assert subprocess.run(command, env=without, check=False, timeout=120).returncode == 0
    assert (tmp_path / "parts.png").stat().st_size > 10_000


def test_every_widget_that_is_offered_is_in_the_gallery() -> None:
    shown = {sample.part for sample in samples()}
    shown_in_others = {"BannerPlace", "ConfirmByTyping", "Floating", "MenuItem", "Said", "Scrim", "ShownPerson"}
    shown_in_others |= {"FileDialog"}  # it shows the files of this computer
    widgets = {name for name in offered if name[0].isupper()} - shown_in_others
    assert widgets - shown == set()


def test_parts_are_called_by_words_beside_the_names_of_their_classes() -> None:
    assert part_title("SegmentedControl") == "Segmented control"
    assert part_title("KeyValue") == "Names and values"
    titles = [part_title(part) for part in {sample.part for sample in samples()}]
    assert len(titles) == len(set(titles))
    assert not [title for title in titles if not title.isascii() or title != title.capitalize()]


@pytest.mark.usefixtures("light")
def test_anchor_in_the_list_of_the_window_scrolls_to_its_part(qtbot: QtBot) -> None:
    window = gallery_window()
    qtbot.addWidget(window)
    window.show()
    parts, page = window.findChild(SectionList), window.findChild(GalleryPage)
    assert parts is not None
    assert page is not None
    assert parts.width() == 200
    place = [title for title, _heading in page.sections].index("Segmented control")
    button = parts.findChild(QAbstractButton, f"section_{place}")
    assert button is not None
    heading = page.sections[place][1]
    qtbot.waitUntil(lambda: heading.mapTo(window, QPoint()).y() > window.height())
    button.click()
    qtbot.waitUntil(lambda: 0 <= heading.mapTo(window, QPoint()).y() < 60)


@pytest.mark.usefixtures("light")
def test_cells_of_the_page_are_of_equal_width_on_a_grid(qtbot: QtBot) -> None:
    page = GalleryPage()
    qtbot.addWidget(page)
    page.show()
    lefts = {one.mapTo(page, QPoint()).x() for one in page.findChildren(QWidget, "gallery_cell")}
    assert sorted(lefts) == [24, 224, 424, 624]


def _texts(part: QWidget) -> Iterator[QWidget]:
    """The labels, buttons and fields of a part that show text."""
    for one in (part, *part.findChildren(QWidget)):
        has_text = isinstance(one, QLabel | QAbstractButton | QLineEdit) and (
            one.text() or one.property("placeholderText")
        )
        if has_text and (one is part or one.isVisibleTo(part)):
            yield one


def _drawn_contrast(picture: QImage) -> float:
    """The contrast between the ground, the most frequent colour of a picture, and the ink, the one farthest from it."""
    counts = Counter(memoryview(picture.constBits()).cast("I"))
    (ground, _count), *_rest = counts.most_common(1)
    inks = [colour for colour, count in counts.items() if count >= 4]
    return max(contrast(_name(ground), _name(ink)) for ink in inks)


def _name(colour: int) -> str:
    return f"#{colour & 0xFFFFFF:06X}"


def test_text_of_every_part_as_drawn_meets_wcag(light: Theme) -> None:
    """4.5 to 1, or 3 for large text; disabled text, which WCAG exempts, can still be read: 3 to 1."""
    holders = [_held(sample) for sample in samples()]
    modes: tuple[Mode, Mode] = ("light", "dark")
    too_weak = []
    for mode in modes:
        light.set_appearance(mode)
        too_weak += [f"{mode}: {line}" for holder in holders for line in _too_weak(holder)]
    assert too_weak == []


def test_painted_text_of_every_part_meets_wcag(light: Theme) -> None:
    """As above, for text that no label shows: in badges, chips, steps, legends, cells and bars."""
    holders = [_held(sample) for sample in samples()]
    modes: tuple[Mode, Mode] = ("light", "dark")
    faint = []
    for mode in modes:
        light.set_appearance(mode)
        for holder in holders:
            found = faint_texts(painted_texts(holder), _picture(holder))
            faint += [f"{mode}: {holder.objectName()}: {line}" for line in found]
    assert faint == []


def _held(sample: Sample) -> QWidget:
    holder, widget = QWidget(), sample.build()
    holder.setObjectName(f"{sample.part}, {sample.state}")
    set_surface(holder, "surface")
    widget.setParent(holder)
    widget.adjustSize()
    holder.resize(widget.size())
    return holder


def _picture(holder: QWidget) -> QImage:
    """What a part looks like, at twice its size."""
    picture = QPixmap(holder.size() * 2)
    picture.setDevicePixelRatio(2)
    holder.render(picture)
    return picture.toImage().convertToFormat(QImage.Format.Format_RGB32)


def _too_weak(holder: QWidget) -> Iterator[str]:
    image = _picture(holder)
    for one in _texts(holder):
        box = QRect(one.mapTo(holder, QPoint(0, 0)) * 2, one.size() * 2).intersected(image.rect())
        if one.isHidden() or box.width() < 16 or box.height() < 16:
            continue
        large = one.fontInfo().pixelSize() >= (18.66 if one.fontInfo().weight() >= 600 else 24)
        least = 3 if large or not one.isEnabled() else 4.5
        measured = _drawn_contrast(image.copy(box))
        if measured < least - 0.05:  # the ink is blended where it is thinnest
            yield f"{holder.objectName()}: {one.property('text')} {measured:.2f}"
