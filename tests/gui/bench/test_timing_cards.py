"""The cards beside the bit: tolerance, cable and the comparison with a second node."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleValueChangeEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from benchboard import i18n, package_data
from benchboard.canbus.timing import Timing
from benchboard.ui.bench.bench_format import format_metres
from benchboard.ui.bench.bit_diagram import BitBar, BitSlider
from benchboard.ui.bench.delay_picture import DelayPicture
from benchboard.ui.bench.node_comparison import NodeComparison
from benchboard.ui.bench.timing_cards import ToleranceCards
from benchboard.ui.bench.timing_request import DataPhaseRequest, Phases, TimingRequest
from benchboard.ui.bench.timing_view import TimingView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import accessible
from support.layout_faults import OurWords, faults
from support.painted_text import painted_texts

WISH = TimingRequest("mcan-v3.1+", 80_000_000, 0.3, 500_000, 87.5, 40, 5.0, 210, 2.0)
AS_DECODED = Timing(80_000_000, 10, 11, 2, 2, 2)


def _texts(card: QWidget) -> list[str]:
    labels = [label.text() for label in card.findChildren(QLabel)]
    return labels + [one.accessibleName() for one in card.findChildren(QWidget)]


@pytest.mark.parametrize("split", [(6, 7), (0, 13), (11, 2)])
def test_cards_timings_with_the_same_registers_show_the_same_figures(
    qtbot: QtBot, shell: Shell, split: tuple[int, int]
) -> None:
    cards, second = ToleranceCards(), NodeComparison()
    for card in (cards.tolerance, cards.cable, second):
        qtbot.addWidget(card)
    shown = []
    for timing in (AS_DECODED, Timing(80_000_000, 10, *split, 2, 2)):
        cards.show_timing(Phases(timing), WISH)
        second.show_timing(Phases(timing), WISH)
        shown.append([_texts(card) for card in (cards.tolerance, cards.cable, second)])
    assert shown[0] == shown[1]
    assert any("Maximum cable length 95.5 m enough" in text for text in shown[0][1])


def test_bit_bar_segment_too_narrow_for_its_name_is_named_in_the_tooltip(qtbot: QtBot, shell: Shell) -> None:
    bar = BitBar("Arbitration phase")
    qtbot.addWidget(bar)
    bar.resize(620, bar.sizeHint().height())
    bar.show_timing(AS_DECODED)
    for x, name in ((8, "Sync: 1 tq · 125 ns"), (300, "Propagation: 11 tq · 1 375 ns"), (610, "Phase 2: ")):
        spot = QPointF(x, 45)
        none = Qt.MouseButton.NoButton
        move = QMouseEvent(
            QEvent.Type.MouseMove, spot, bar.mapToGlobal(spot), none, none, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(bar, move)
        assert name in bar.toolTip().replace("\N{NARROW NO-BREAK SPACE}", " ")


def _slider(qtbot: QtBot, *, prop_seg_is_set: bool = True) -> BitSlider:
    bar = BitSlider("Arbitration phase")
    qtbot.addWidget(bar)
    bar.resize(620, bar.sizeHint().height())
    bar.show_timing(AS_DECODED, prop_seg_is_set=prop_seg_is_set)
    bar.show()
    bar.setFocus()
    qtbot.waitUntil(bar.hasFocus)
    return bar


def test_bit_whose_borders_keys_move_is_a_slider_and_says_so(
    qtbot: QtBot, shell: Shell, announcements: list[str]
) -> None:
    """It was an image, so that nobody tried the arrows; then a slider without a value."""
    bar = _slider(qtbot)
    told = QAccessible.queryAccessibleInterface(bar)
    assert told.role() == QAccessible.Role.Slider
    assert told.text(QAccessible.Text.Name) == "Arbitration phase, sample point in percent"
    assert told.text(QAccessible.Text.Value) == "87.5 %"
    description = told.text(QAccessible.Text.Description)
    assert description.endswith("Phase 2 2. Left and Right move a border, Up and Down choose which.")
    assert "sample point" not in description
    value = told.valueInterface()
    assert (value.currentValue(), value.minimumValue(), value.maximumValue()) == (87.5, 81.3, 93.8)
    assert value.minimumStepSize() == 6.3
    value.setCurrentValue(81.0)
    assert value.currentValue() == 81.3
    assert told.text(QAccessible.Text.Value) == "81.3 %"
    bar.show_timing(None)
    assert told.text(QAccessible.Text.Description) == "No bit timing"
    assert (value.minimumValue(), value.maximumValue()) == (0, 0)


def test_key_at_the_bit_tells_the_sample_point_once_and_nothing_else(
    qtbot: QtBot, shell: Shell, announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each press told four descriptions, and the whole bit as a sentence."""
    bar, sent = _slider(qtbot, prop_seg_is_set=False), list[QAccessible.Event]()
    values = list[object]()

    def note(event: QAccessibleEvent) -> None:
        sent.append(event.type())
        values.extend([event.value()] if isinstance(event, QAccessibleValueChangeEvent) else [])

    monkeypatch.setattr(accessible, "send", note)
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert (sent, values) == ([QAccessible.Event.ValueChanged], [81.3])
    assert QAccessible.queryAccessibleInterface(bar).text(QAccessible.Text.Description).startswith("16 time quanta")
    qtbot.keyClick(bar, Qt.Key.Key_End)
    assert values == [81.3, 93.8]


def test_page_keys_move_the_sample_point_by_a_larger_step(qtbot: QtBot, shell: Shell) -> None:
    """They did nothing, and said nothing."""
    bar = _slider(qtbot, prop_seg_is_set=False)
    bar.show_timing(Timing(80_000_000, 2, 69, 70, 20, 20), prop_seg_is_set=False)
    for key, point in ((Qt.Key.Key_PageUp, 92.5), (Qt.Key.Key_PageDown, 87.5), (Qt.Key.Key_PageDown, 82.5)):
        qtbot.keyClick(bar, key)
        assert bar.slider_value().now == point


def test_border_that_leaves_the_sample_point_tells_its_segments_and_where_it_stops(
    qtbot: QtBot, shell: Shell, announcements: list[str]
) -> None:
    bar = _slider(qtbot)
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert announcements == ["Propagation 10, Phase 1 3"]
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    assert announcements[1:] == ["Border between Phase 1 and Phase 2"]
    for _press in range(2):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert announcements[2:] == ["93.8 %: it goes no further."]


@pytest.mark.parametrize("language", ["en", "tr"])
def test_node_comparison_long_numbers_and_words_stand_side_by_side(qtbot: QtBot, shell: Shell, language: str) -> None:
    i18n.use(language, package_data.resources_folder() / "i18n")
    try:
        second = NodeComparison()
        qtbot.addWidget(second)
        second.show_timing(Phases(replace(AS_DECODED, prescaler=33)), replace(WISH, bitrate=151_515))
        second.setFixedWidth(380)
        second.show()
        second.adjustSize()
        shown = [text.text for text in painted_texts(second)]
        overprinted = [fault for fault in faults(second, OurWords({"Other"})) if fault.startswith("overprinted")]
    finally:
        i18n.use("en", package_data.resources_folder() / "i18n")
    assert any(text.startswith("+348") for text in shown)
    assert not overprinted


def test_node_comparison_equal_bit_rates_have_no_difference(qtbot: QtBot, shell: Shell) -> None:
    second = NodeComparison()
    qtbot.addWidget(second)
    second.show_timing(Phases(AS_DECODED), WISH)
    assert any("Bit rate (kbit/s): This 500, Other 500, Difference none; " in text for text in _texts(second))


@pytest.mark.parametrize(
    ("length", "verdict"),
    [
        (40.0, "The two nodes can communicate, with "),
        (500.0, "of oscillator tolerance to spare. The cable is 404.5 m too long. "),
    ],
)
def test_node_comparison_says_that_nodes_can_communicate_only_over_a_cable_that_fits(
    qtbot: QtBot, shell: Shell, length: float, verdict: str
) -> None:
    second = NodeComparison()
    qtbot.addWidget(second)
    second.show_timing(Phases(AS_DECODED), replace(WISH, length=length))
    shown = next(text for text in _texts(second) if "to spare" in text)
    assert verdict in shown
    assert ("can communicate" in shown) is (length == 40)


def test_cards_timing_too_fast_for_any_cable_names_no_length(qtbot: QtBot, shell: Shell) -> None:
    cards = ToleranceCards()
    for card in (cards.tolerance, cards.cable):
        qtbot.addWidget(card)
    wish = TimingRequest("mcan-v3.1+", 80_000_000, 0.3, 2_000_000, 87.5, 20, 5.0, 210, 2.0)
    cards.show_timing(Phases(Timing(80_000_000, 1, 29, 5, 5, 5)), wish)
    shown = _texts(cards.cable)
    assert "Not possible" in shown
    assert not [text for text in shown if "too long" in text or "Maximum" in text]
    assert any("Missing even without a cable 57.5 ns not enough" in text for text in shown)


def test_cards_cable_out_of_range_say_so(qtbot: QtBot, shell: Shell) -> None:
    cards = ToleranceCards()
    for card in (cards.tolerance, cards.cable):
        qtbot.addWidget(card)
    wish = TimingRequest("mcan-v3.1+", 80_000_000, 0.3, 500_000, 87.5, 1e8, 5.0, 210, 2.0)
    cards.show_timing(Phases(AS_DECODED), wish)
    assert "length_m must be a number from 0 to 100\u202f000." in _texts(cards.cable)


@pytest.mark.parametrize(
    ("length", "up", "text"), [(95.5, False, "95.5"), (95.59, False, "95.5"), (96.0, False, "96"), (0.42, True, "0.5")]
)
def test_format_metres_promises_no_more_than_works(length: float, up: bool, text: str) -> None:
    assert format_metres(length, up=up) == text


def test_cards_delay_compensation_is_drawn_while_it_is_on(qtbot: QtBot, shell: Shell) -> None:
    cards = ToleranceCards()
    for card in (cards.tolerance, cards.cable, cards.delay):
        qtbot.addWidget(card)
    wish = TimingRequest("mcan-v3.1+", 80_000_000, 0.3, 500_000, 80, 20, 5.0, 210, 0.5, DataPhaseRequest(2_000_000, 80))
    phases = Phases(Timing(80_000_000, 1, 50, 77, 32, 32), Timing(80_000_000, 1, 0, 31, 8, 8))
    cards.show_timing(phases, wish)
    picture = cards.delay.findChild(DelayPicture)
    assert picture is not None
    assert picture.isVisibleTo(cards.delay)
    assert picture.accessibleName() == "Secondary sample point 612.5 ns"
    assert {"sent", "heard", "Secondary sample point 612.5 ns"} <= {one.text for one in painted_texts(picture)}
    assert wish.data is not None
    cards.show_timing(phases, replace(wish, data=replace(wish.data, tdc=False)))
    assert not picture.isVisibleTo(cards.delay)


def test_verdict_table_curve_and_registers_are_read_by_keys(qtbot: QtBot, shell: Shell) -> None:
    """None of them could be reached."""
    shell.go("bench/timing")
    (view,) = shell.findChildren(TimingView)
    window = shell.window()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(QWidget, "timing_copy")))
    stops, at = dict[str, str](), window.nextInFocusChain()
    while at is not window:
        if view.isAncestorOf(at) and at.isVisible() and at.focusPolicy() & Qt.FocusPolicy.TabFocus:
            read = QAccessible.queryAccessibleInterface(at)
            stops[read.text(QAccessible.Text.Name)] = read.text(QAccessible.Text.Description)
        at = at.nextInFocusChain()
    assert any(name.startswith("The two nodes can communicate") for name in stops)
    assert any(name.startswith("Bit rate (kbit/s): This 500, Other 500, Difference none") for name in stops)
    assert stops["Oscillator tolerance by cable length"].startswith("From ")
    assert any(name.startswith("Copy ") and described.startswith("0x") for name, described in stops.items()), stops
