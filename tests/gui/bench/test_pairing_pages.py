"""The pages of the pairing wizard, each by itself."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.dongles.simulator.node import FACTORY_CONFIG
from benchboard.ui.bench.pairing_graphics import PairingOverview, SlotState
from benchboard.ui.bench.pairing_pages import BitratePage
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
