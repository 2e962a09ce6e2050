"""The pages of the pairing wizard, each by itself."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.dongles.simulator.node import FACTORY_CONFIG
from benchboard.ui.bench.pairing_pages import BitratePage
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Select


@pytest.fixture
def page(qtbot: QtBot, light: Theme) -> BitratePage:
    page = BitratePage(lambda: None)
    qtbot.addWidget(page)
    return page


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
