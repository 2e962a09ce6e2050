"""The commands of the bench: their titles, shortcuts, icons and search terms."""

from typing import Final

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, WINDOW, Command, CommandScope

DONGLES: Final = CommandScope("bench.dongles", WINDOW)
TIMING: Final = CommandScope("bench.timing", WINDOW)
PAIRING: Final = CommandScope("bench.pairing")

_DONGLES: Final = N_("Dongles")
_TIMING: Final = N_("Bit timing")
_LIVE: Final = N_("Live bus")

# fmt: off
REGISTRY.register(
    Command("bench.pair", N_("Pair a dongle"), _DONGLES, (), "ph.link",
            N_("connect, add dongle, new dongle, claim, provision, register, set up, adapter, interface, "
               "device, USB, slcan")),
    Command("bench.calculate_timing", N_("Calculate bit timing"), _TIMING, (), "ph.sliders-horizontal",
            N_("solve, calculator, bit rate, bitrate, baud rate, sample point, BRP, prescaler, SJW, TSEG1, "
               "TSEG2, time quanta, registers")),
    Command("bench.monitor", N_("Monitor a bus"), _LIVE, (), "ph.activity",
            N_("watch, live, trace, sniff, sniffer, frames, messages, traffic, log, candump, bus load")),
    Command("bench.simulate", N_("Start simulated dongles"), _DONGLES, (), "ph.flask",
            N_("simulator, virtual, vcan, demo, test, emulator, fake, mock")),
    Command("bench.filter", N_("Filter dongles"), _DONGLES, ("/",), "ph.funnel", N_("search, find"), DONGLES),
    Command("bench.blink", N_("Blink dongle"), _DONGLES, ("B",), "ph.lightning", N_("identify, flash, LED, which one"),
            DONGLES),
    Command("bench.show_timing", N_("Show dongle's bit timing"), _DONGLES, ("T",), "ph.sliders-horizontal",
            N_("bit rate, sample point, registers"), DONGLES),
    Command("bench.write_timing", N_("Write to dongle and verify"), _TIMING, ("Ctrl+Return",), "ph.download-simple",
            N_("flash, save, store, configure"), TIMING),
    Command("bench.next_step", N_("Next step"), N_("Pairing"), ("Ctrl+Return",), "", "", PAIRING),
)
# fmt: on
