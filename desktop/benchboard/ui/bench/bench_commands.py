"""The commands of the bench: their titles, shortcuts, icons and search terms, and the menu they are in."""

from typing import Final

from PySide6.QtCore import Qt

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, WINDOW, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group

DONGLES_VIEW: Final = CommandScope("bench.dongles-view", SHELL, Qt.ShortcutContext.WindowShortcut)
"""The view of the dongles, while it is shown, wherever the focus is."""
DONGLES: Final = CommandScope("bench.dongles", DONGLES_VIEW)
"""The list of dongles, and the details of the selected one."""
TIMING: Final = CommandScope("bench.timing", SHELL, Qt.ShortcutContext.WindowShortcut)
"""The view of bit timing, while it is shown, wherever the focus is."""
LIVE: Final = CommandScope("bench.live", SHELL, Qt.ShortcutContext.WindowShortcut, repeats=False)
"""The view of the live bus, while it is shown, wherever the focus is."""
FRAMES: Final = CommandScope("bench.frames", LIVE, None)
"""The list of frames of the live bus."""
TIMING_PLOT: Final = CommandScope("bench.timing-plot", TIMING, None)
"""The plot of all bit timings."""
PAIRING: Final = CommandScope("bench.pairing", WINDOW, Qt.ShortcutContext.WindowShortcut)

# fmt: off
REGISTRY.register(
    Command("bench.pair", N_("Pair a dongle"), Group.DONGLES, (), "ph.link",
            N_("connect, add dongle, new dongle, claim, provision, register, set up, adapter, interface, "
               "device, USB, slcan")),
    Command("bench.calculate_timing", N_("Calculate bit timing"), Group.TIMING, (), "ph.sliders-horizontal",
            N_("solve, calculator, bit rate, bitrate, baud rate, sample point, BRP, prescaler, SJW, TSEG1, "
               "TSEG2, time quanta, registers")),
    Command("bench.monitor", N_("Open live bus"), Group.LIVE, (), "ph.activity",
            N_("watch, monitor, trace, sniff, sniffer, frames, messages, traffic, log, candump, bus load")),
    Command("bench.toggle_live", N_("Open or close live bus"), Group.LIVE, ("O",), "", "", LIVE),
    Command("bench.pause_live", N_("Pause or resume display"), Group.LIVE, ("P",), "ph.pause",
            N_("stop scrolling, freeze, hold, continue"), LIVE),
    Command("bench.pause_frames", N_("Pause or resume display, in the list of frames"), Group.LIVE, ("Space",), "", "",
            FRAMES),
    Command("bench.filter_frames", N_("Filter frames by ID"), Group.LIVE, ("/", "Ctrl+F"), "ph.funnel",
            N_("search, find, identifier, mask, range, hide"), LIVE),
    Command("bench.read_counters", N_("Read bus counters aloud"), Group.LIVE, ("C",), "ph.activity",
            N_("screen reader, load, frames per second, TEC, REC, error counters"), LIVE),
    Command("bench.focus_send", N_("Go to frame to send"), Group.LIVE, ("S",), "ph.paper-plane-right",
            N_("transmit, write frame, cansend"), LIVE),
    Command("bench.simulate", N_("Start simulated dongles"), Group.DONGLES, (), "ph.flask",
            N_("simulator, virtual, vcan, demo, test, emulator, fake, mock")),
    Command("bench.filter", N_("Filter dongles"), Group.DONGLES, ("/",), "ph.funnel", N_("search, find"), DONGLES_VIEW),
    Command("bench.blink", N_("Identify dongle"), Group.DONGLES, ("B",), "ph.lightning",
            N_("blink, flash, LED, which one"), DONGLES),
    Command("bench.try_again", N_("Check again"), Group.DONGLES, ("R",), "ph.arrows-clockwise",
            N_("retry, can't open, reconnect, refresh"), DONGLES),
    Command("bench.show_timing", N_("Set bit timing"), Group.DONGLES, ("T",), "ph.sliders-horizontal",
            N_("bit rate, sample point, registers"), DONGLES),
    Command("bench.write_timing", N_("Write to dongle and verify"), Group.TIMING, ("Ctrl+Return",),
            "ph.download-simple", N_("flash, save, store, configure"), TIMING),
    Command("bench.undo_timing", N_("Undo"), Group.TIMING, ("Ctrl+Z",), "ph.arrow-u-up-left",
            N_("revert, go back"), TIMING),
    Command("bench.redo_timing", N_("Redo"), Group.TIMING, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right",
            "", TIMING),
    Command("bench.move_in_plot", N_("Go to another bit timing, in the plot"), Group.TIMING,
            ("Left", "Right", "Up", "Down"), "", "", TIMING_PLOT),
    Command("bench.select_in_plot", N_("Select bit timing, in the plot"), Group.TIMING, ("Return", "Space"), "", "",
            TIMING_PLOT),
    Command("bench.leave_in_plot", N_("Return to selected bit timing, in the plot"), Group.TIMING, ("Esc",), "", "",
            TIMING_PLOT),
    Command("bench.next_step", N_("Next step"), Group.PAIRING, ("Ctrl+Return",), "", "", PAIRING),
)
# fmt: on
DONGLE_MENU: Final = "bench.dongle"
"""The context menu of dongles in the list."""
REGISTRY.register_menu(
    DONGLE_MENU, MenuSection(("bench.pair", "bench.try_again", "bench.monitor", "bench.blink", "bench.show_timing"))
)
