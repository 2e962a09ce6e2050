"""The parts of the screens: what each does beyond how it looks, which the gallery shows."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from benchboard.settings import Appearance
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Button, Edit, Elided, KeyValue, Paragraph, Text
from benchboard.ui.widgets.drawer import Drawer, DrawerShadow
from benchboard.ui.widgets.empty_state import EmptyState, paint_empty_tile
from benchboard.ui.widgets.legend import Legend, LegendEntry
from benchboard.ui.widgets.shown_secret import ShownSecret
from benchboard.ui.widgets.stat_strip import Stat, StatStrip
from benchboard.ui.widgets.stepper import Stepper

SENTENCE = "The dongle forgets its token and this organisation. Anyone can pair it next."


@pytest.mark.usefixtures("light")
def test_invalid_narrow_field_with_a_unit_keeps_its_value_visible(qtbot: QtBot) -> None:
    """The error icon covered the last digit of 3333 kbit/s; the red border and the message below stay."""
    edit = Edit(unit="kbit/s")
    qtbot.addWidget(edit)
    edit.setText("3333")
    icons = []
    for width in (112, 200):
        edit.resize(width, edit.height())
        edit.show()
        edit.set_invalid(True)
        icons.append(len(edit.actions()))
        assert edit.property("wrong")
    assert icons == [0, 1]
    edit.set_invalid(False)
    assert not edit.actions()


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("type", "step"), [("caption", 1.35), ("body", 1.4), ("section", 1.25)])
def test_paragraph_lines_are_as_far_apart_as_the_tokens_say(
    type: Literal["caption", "body", "section"], step: float
) -> None:
    paragraph = Paragraph(SENTENCE, type)
    paragraph.ensurePolished()
    pixels = QFontInfo(paragraph.font()).pixelSize()
    one, many = paragraph.heightForWidth(2000), paragraph.heightForWidth(120)
    assert one == pytest.approx(pixels * step, abs=1)
    assert many % one == 0
    assert many > 3 * one


def test_paragraph_shows_markup_as_it_stands_and_keeps_line_breaks(light: Theme) -> None:
    paragraph = Paragraph("<b>one</b>\ntwo")
    paragraph.ensurePolished()
    assert paragraph.text() == "<b>one</b>\ntwo"
    assert paragraph.heightForWidth(2000) == pytest.approx(2 * Paragraph("x").heightForWidth(2000), abs=1)


def test_paragraph_is_drawn_in_its_tone_after_the_theme_changes(light: Theme) -> None:
    paragraph = Paragraph(SENTENCE, "display", "error")
    paragraph.resize(400, 120)
    appearances: tuple[Appearance, Appearance] = ("light", "dark")
    for appearance in appearances:
        light.set_appearance(appearance)
        image = paragraph.grab().toImage()
        colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert light.color("error").rgb() in colours
    assert paragraph.alignment() & Qt.AlignmentFlag.AlignLeft


@pytest.mark.usefixtures("light")
def test_stat_strip_zeros_are_muted_and_trouble_has_its_colour() -> None:
    inks = {
        ("0", "text"): "text.muted",
        ("0 %", "text"): "text",
        ("12", "text"): "text",
        ("3", "warn"): "warn",
        ("0", "error"): "error",
    }
    for (value, tone), ink in inks.items():
        assert Stat(value, "Dropped", tone).ink == ink  # type: ignore[arg-type]  # the tones of a Stat


@pytest.mark.usefixtures("light")
def test_stat_strip_is_read_as_names_and_figures_or_the_note() -> None:
    strip = StatStrip()
    strip.show_stats([Stat("38 %", "Bus load", share=0.38), Stat("0", "Dropped")])
    assert strip.accessible_text() == "Bus load 38 %, Dropped 0"
    strip.show_note("The live bus is closed.")
    assert strip.accessible_text() == "The live bus is closed."
    assert strip.stats == ()


def test_key_value_rows_are_replaced_and_a_value_is_read_with_its_name(light: Theme) -> None:
    rows = KeyValue([("Server", Text("a.example.com")), ("Role", Text("Viewer"))])
    rows.show_rows([("Server", Text("b.example.com"))])
    shown = [label for label in rows.findChildren(Text) if not label.isHidden()]
    assert [label.text() for label in shown] == ["Server", "b.example.com"]
    assert shown[0].buddy() is shown[1]
    assert shown[1].accessibleDescription() == "Server"


def test_stepper_is_240_wide_on_window_and_says_where_one_is(light: Theme) -> None:
    stepper = Stepper((("Find", "On this computer"), ("Pair", "Press its button")))
    stepper.set_current(1)
    assert stepper.width() == 240
    assert stepper.accessibleName() == "Step 2 of 2: Pair"
    stepper.resize(240, 200)
    image = stepper.grab().toImage()
    assert image.pixelColor(2, 190) == light.color("window")
    column = {image.pixelColor(x, 44).name() for x in range(20, 44)}
    assert column == {light.color("window").name(), light.color("ok").name()}
    assert sum(image.pixelColor(x, 44) == light.color("ok") for x in range(240)) == 2


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("width", "table"), [(1136, 696), (1135, 1135)])
def test_drawer_lies_over_the_list_in_a_window_below_1200(width: int, table: int) -> None:
    left, detail = QWidget(), QWidget()
    drawer = Drawer(left, detail)
    drawer.resize(width, 500)
    drawer.show_detail(True)
    drawer.grab()
    assert left.width() == table
    assert detail.geometry().getRect() == (width - 440, 0, 440, 500)
    shadow = drawer.findChild(DrawerShadow)
    assert shadow is not None
    assert shadow.isVisibleTo(drawer) == (table == width)


def test_drawer_over_the_list_says_how_much_of_it_is_covered(light: Theme) -> None:
    left, detail, covered = QWidget(), QWidget(), [-1]
    drawer = Drawer(left, detail)
    drawer.covers.connect(covered.append)
    drawer.resize(1024 - 64, 500)
    drawer.show_detail(True)
    drawer.grab()
    assert (detail.x(), detail.width(), covered[-1]) == (576, 384, 384)
    drawer.resize(1300, 500)
    drawer.grab()
    assert covered[-1] == 0
    drawer.resize(960, 500)
    drawer.show_detail(False)
    drawer.grab()
    assert covered[-1] == 0


def test_drawer_in_a_wide_window_keeps_the_place_of_the_detail(light: Theme) -> None:
    left, detail = QWidget(), QWidget()
    drawer = Drawer(left, detail)
    drawer.resize(1600 - 64, 500)
    drawer.grab()
    assert left.width() == 1600 - 64
    drawer.keep_place(True)

    def says_so() -> bool:
        said = (one for one in drawer.findChildren(Paragraph) if one.text() == "Select a row to see its details")
        return next(said).isVisibleTo(drawer)

    for shown in (False, True, False):
        drawer.show_detail(shown)
        assert left.width() == 1600 - 64 - 440
        assert says_so() is not shown
    drawer.resize(1599 - 64, 500)
    drawer.grab()
    assert left.width() == 1599 - 64
    assert not says_so()


def test_empty_tile_without_room_for_its_sentence_shows_the_icon_alone(light: Theme) -> None:
    def drawn(height: int) -> set[int]:
        image = QImage(160, height, QImage.Format.Format_RGB32)
        image.fill(light.color("surface"))
        with QPainter(image) as painter:
            paint_empty_tile(painter, QRectF(image.rect()), "ph.tray", "The query returned no rows in these dates.")
        return {image.pixel(x, y) for x in range(160) for y in range(height)}

    words, mark = light.color("text.secondary").rgb(), light.color("text.muted").rgb()
    assert {words, mark} <= drawn(120)
    assert words in drawn(50)
    assert words not in drawn(18)
    assert mark in drawn(18)


def test_legend_colours_follow_the_theme(light: Theme) -> None:
    legend = Legend()
    legend.show_entries(lambda: [LegendEntry(light.chart(0), "Enough", dash=None)])
    appearances: tuple[Appearance, Appearance] = ("light", "dark")
    for appearance in appearances:
        light.set_appearance(appearance)
        assert legend.grab().toImage().pixelColor(6, 9) == light.chart(0)
    assert legend.accessibleName() == "Enough"


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("why", ["", "A sentence that explains it. " * 6])
def test_empty_state_of_a_page_has_its_icon_at_one_height(qtbot: QtBot, why: str) -> None:
    empty = EmptyState("ph.tray", "No keys yet", "Create key", why=why)
    qtbot.addWidget(empty)
    empty.resize(900, 640)
    empty.show()
    assert empty.icon.geometry().center().y() == pytest.approx(200, abs=1)
    empty.resize(900, 300)
    qtbot.waitUntil(lambda: empty.icon.geometry().center().y() < 150)


@pytest.mark.usefixtures("light")
def test_shown_secret_is_forgotten_in_the_end(qtbot: QtBot) -> None:
    secret = ShownSecret("bbs_1lI", label="Secret", renew="Rotate it.", name="secret")
    qtbot.addWidget(secret)
    secret.show()
    (field,) = secret.findChildren(Edit)
    assert field.text() == "bbs_1lI"
    for one in (field, secret.copy):  # where the focus is says how little time there is
        assert one.accessibleDescription() == "Copy it now. It is shown once. Hidden in 5:00"
    with qtbot.waitSignal(secret.expired):
        secret.expire()
    assert not field.isVisible()
    assert field.text() == ""


def test_empty_state_title_has_no_full_stop_and_its_reason_has(qtbot: QtBot) -> None:
    empty = EmptyState("ph.tray", "The trash is empty.", why="Deleted dashboards are kept here.")
    qtbot.addWidget(empty)
    assert (empty.sentence.text(), empty.why.text()) == ("The trash is empty", "Deleted dashboards are kept here.")
    empty.sentence.setText("No dashboards match “a.b”.")
    assert empty.sentence.text() == "No dashboards match “a.b”"


@pytest.mark.usefixtures("light")
def test_button_whose_text_changes_is_called_by_its_new_text_unless_it_has_a_name_of_its_own(qtbot: QtBot) -> None:
    plain, named = Button("Identify dongle"), Button("Revoke session")
    for button in (plain, named):
        qtbot.addWidget(button)
    named.setAccessibleName("Revoke session on bench-1")
    for button in (plain, named):
        button.setText("Try again")
    assert [button.accessibleName() for button in (plain, named)] == ["Try again", "Revoke session on bench-1"]


def test_elided_text_lacking_a_fraction_of_a_pixel_shows_a_shorter_one_whole(qtbot: QtBot, light: Theme) -> None:
    """At 200 % it said “On the dongle when last connected: 500 kbit/s, 87.5…”."""
    label = Elided("")
    qtbot.addWidget(label)
    label.show()
    for rate in range(1, 200):
        longer, shorter = f"On the dongle when last connected: {rate} kbit/s, 87.5 %", f"{rate} kbit/s, 87.5 %"
        label.resize(label.fontMetrics().horizontalAdvance(longer), 20)
        label.set_texts(longer, shorter)
        assert QLabel.text(label) in (longer, shorter)


def test_path_elided_in_its_middle_keeps_its_file_name(qtbot: QtBot, light: Theme) -> None:
    label = Elided("/home/mert/measurements/2026/chamber/Kammer 2.csv", middle=True)
    qtbot.addWidget(label)
    label.resize(180, 20)
    label.show()
    shown = QLabel.text(label)
    assert "…" in shown
    assert shown.startswith("/home")
    assert shown.endswith("2.csv")


def test_elided_text_shows_the_longest_of_its_texts_that_fits(qtbot: QtBot, light: Theme) -> None:
    label = Elided("", fits_text=True)
    qtbot.addWidget(label)
    label.show()
    label.set_texts("On the dongle when last connected: 500 kbit/s", "On the dongle: 500 kbit/s", "500 kbit/s")
    shown = []
    for width in (label.sizeHint().width(), label.sizeHint().width() - 10, label.minimumSizeHint().width()):
        label.resize(width, 20)
        shown.append(QLabel.text(label))
    assert shown == ["On the dongle when last connected: 500 kbit/s", "On the dongle: 500 kbit/s", "500 kbit/s"]


def test_height_of_a_paragraph_follows_its_text_font_and_margins(qtbot: QtBot) -> None:
    """Heights are kept, as Qt asks for each several times."""
    paragraph = Paragraph("A sentence that is long enough for some lines.")
    qtbot.addWidget(paragraph)
    first = paragraph.heightForWidth(120)
    assert paragraph.heightForWidth(120) == first < paragraph.heightForWidth(60)
    paragraph.setText("Short.")
    short = paragraph.heightForWidth(120)
    assert short < first
    paragraph.setContentsMargins(0, 10, 0, 10)
    assert paragraph.heightForWidth(120) == short + 20
    font = paragraph.font()
    font.setPixelSize(40)
    paragraph.setFont(font)
    assert paragraph.heightForWidth(400) > short + 30


@settings(max_examples=40, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(["a", "dongle", "500", "%", "bit rate", "\n", "überlang-zusammengesetzt"]), max_size=20
    ),
    widths=st.lists(st.integers(1, 700), min_size=2, max_size=30),
)
def test_height_that_follows_from_others_is_the_one_that_is_laid_out(
    qapp: QApplication, text: list[str], widths: list[int]
) -> None:
    kept = Paragraph(" ".join(text))
    for width in widths:
        assert kept.heightForWidth(width) == Paragraph(" ".join(text)).heightForWidth(width)
