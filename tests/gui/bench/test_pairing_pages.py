"""The pages of the pairing wizard, each by itself."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.canbus.link import Port
from benchboard.dongles.simulator.node import FACTORY_CONFIG
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.pairing_graphics import DongleChoice, PairingOverview, SlotState
from benchboard.ui.bench.pairing_pages import BitratePage, SelectDonglePage
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.paged.paged_model import Mark
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Select, Text


@pytest.fixture
def page(qtbot: QtBot, light: Theme) -> BitratePage:
    page = BitratePage(lambda: None)
    qtbot.addWidget(page)
    return page


def test_overview_shows_the_dongle_that_is_paired_and_how_many_more_there_are(qtbot: QtBot, light: Theme) -> None:
    overview = PairingOverview()
    qtbot.addWidget(overview)
    free, done = Mark("info", "Not paired", "ph.plus-circle"), Mark("ok", "Paired", "ph.check-circle-fill")
    states = [SlotState(f"Dongle {k}", f"{k:016x}", done if k < 2 else free, k == 4) for k in range(6)]
    overview.show_dongles(states, 2)
    assert [slot.accessibleName() for slot in overview.slots] == [
        "Dongle 1, Paired",
        *(f"Dongle {k}, Not paired" for k in (2, 3, 4)),
    ]
    assert {"2 of 6 paired", "2 more"} <= {text.text() for text in overview.findChildren(Text)}
    overview.show_dongles([SlotState("Dongle 0", "0" * 16, done, True)], 1)
    assert [slot.accessibleName() for slot in overview.slots] == ["Dongle 0, Paired"]


@pytest.mark.parametrize("bitrate", [10_000, 33_333, 100_000, 500_000])
def test_stored_bit_rate_is_kept_whichever_it_is(page: BitratePage, bitrate: int) -> None:
    """One that wasn't in the list was written as 125 kbit/s."""
    stored = replace(FACTORY_CONFIG, bitrate=bitrate)
    page.show_config(stored, has_fd=False)
    assert page.planned == stored


@pytest.mark.parametrize("bitrate", USUAL_BIT_RATES)
def test_each_bit_rate_that_is_detected_can_be_chosen(page: BitratePage, bitrate: int) -> None:
    page.show_config(FACTORY_CONFIG, has_fd=False)
    page.choose_bit_rate(bitrate)
    assert page.planned is None or page.planned.bitrate == pytest.approx(bitrate, rel=1e-3)  # 83.3 is 83.333
    (rate,) = page.findChildren(Select, "pair_bitrate")
    assert rate.current_key() == str(bitrate)


def test_stored_data_bit_rate_is_kept_whichever_it_is(page: BitratePage) -> None:
    stored = replace(FACTORY_CONFIG, fd_enabled=True, data_bitrate=2_500_000)
    page.show_config(stored, has_fd=True)
    assert page.planned == stored


def test_list_of_dongles_keeps_the_focus_while_the_ports_are_read_again(qtbot: QtBot, light: Theme) -> None:
    """It was built anew each minute: the focus fell on the dialog, and the next Enter closed it."""
    page, selected = SelectDonglePage(), list[str]()
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)

    def rows(*names: str) -> list[DongleRow]:
        ports = [Port(f"/dev/{one}", "CAN adapter", 0x16D0, 0x117E, None, False, f"usb:{one}") for one in names]
        return [DongleRow(None, DetectedDevice(port)) for port in ports]

    page.show_rows(rows("a", "b", "c"), "", lambda row: selected.append(row.key))
    choice = page.findChildren(DongleChoice)[1]
    choice.setFocus()
    choice.click()
    page.show_rows(rows("0", "a", "b", "c"), selected[-1], lambda row: selected.append(row.key))
    assert choice.hasFocus()
    assert choice.isChecked()
    page.show_rows(rows("0", "a", "c"), selected[-1], lambda row: selected.append(row.key))
    shown = [one for one in page.findChildren(DongleChoice) if one.isVisible()]
    assert len(shown) == 3
    assert [one.isChecked() for one in sorted(shown, key=lambda one: one.y())] == [True, False, False]
    focused = page.focusWidget()
    assert isinstance(focused, DongleChoice)
    assert focused.isChecked()
