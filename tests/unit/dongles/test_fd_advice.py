"""What a dongle on classic CAN needs for CAN FD."""

from dataclasses import replace

import pytest

from benchboard.dongles.fd_advice import can_have_data_phase, data_phase_command, fd_advice
from benchboard.dongles.simulator.node import FACTORY_CONFIG


def test_data_phase_command_names_port_timing_and_database() -> None:
    command = data_phase_command(FACTORY_CONFIG, "/dev/tty with space", "--demo")
    assert command == ("benchboard dongle config --port '/dev/tty with space' --data-timing 1/19/10/10/10 --demo")
    assert f"first run “{data_phase_command(FACTORY_CONFIG, 'COM3')}”" in fd_advice(FACTORY_CONFIG, "COM3")
    assert can_have_data_phase(FACTORY_CONFIG)


@pytest.mark.parametrize("name", ["bxcan", "nobody's"])
def test_fd_advice_for_a_controller_without_a_known_data_phase_names_no_command(name: str) -> None:
    config = replace(FACTORY_CONFIG, controller=name)
    assert data_phase_command(config, "COM3") == ""
    assert not can_have_data_phase(config)
    advice = fd_advice(config, "COM3")
    assert "benchboard dongle config" not in advice
    assert name in advice


def test_fd_advice_for_a_dongle_without_can_fd_names_no_command() -> None:
    assert data_phase_command(FACTORY_CONFIG, "COM3", has_fd=False) == ""
    advice = fd_advice(FACTORY_CONFIG, "COM3", has_fd=False)
    assert advice == "Send a classic frame. This dongle doesn't support CAN FD."
