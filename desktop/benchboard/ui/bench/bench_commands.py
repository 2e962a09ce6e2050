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
SEND_TABLE: Final = CommandScope("bench.send-table", LIVE, None)
"""The send table of the live bus."""
TRIGGERS: Final = CommandScope("bench.triggers", LIVE, None)
"""The triggers of the live bus, and the list of those that were met."""
COLOUR_RULES: Final = CommandScope("bench.colour-rules", SHELL, None)
"""The list of the rules that give frames a colour, on the live bus and in recordings."""
PLOTS: Final = CommandScope("bench.plots", LIVE, None)
"""The plots of signals."""
RECORDINGS: Final = CommandScope("bench.recordings", SHELL, Qt.ShortcutContext.WindowShortcut)
"""The view of recordings, while it is shown, wherever the focus is."""
RECORDING_LIST: Final = CommandScope("bench.recording-list", RECORDINGS)
"""The list of the recordings in the folder."""
TIMING_PLOT: Final = CommandScope("bench.timing-plot", TIMING, None)
"""The plot of all bit timings."""
BIT_DIAGRAM: Final = CommandScope("bench.bit-diagram", TIMING, None)
"""The diagram of the segments of a bit."""
PAIRING: Final = CommandScope("bench.pairing", WINDOW, Qt.ShortcutContext.WindowShortcut)

# fmt: off
REGISTRY.register(
    Command("bench.pair", N_("Pair a dongle"), Group.DONGLES, (), "ph.link",
            N_("connect, add dongle, new dongle, claim, provision, register, set up, adapter, interface, "
               "device, USB, slcan")),
    Command("bench.calculate_timing", N_("Calculate bit timing"), Group.TIMING, (), "ph.sliders-horizontal",
            N_("solve, calculator, bit rate, bitrate, baud rate, sample point, BRP, prescaler, SJW, TSEG1, "
               "TSEG2, time quanta, registers")),
    Command("bench.detect_bit_rate", N_("Detect bit rate"), Group.TIMING, (), "ph.magnifying-glass",
            N_("find bit rate, autobaud, baud rate, bitrate, unknown bus, scan")),
    Command("bench.monitor", N_("Open live bus"), Group.LIVE, (), "ph.activity",
            N_("watch, monitor, trace, sniff, sniffer, frames, messages, traffic, log, candump, bus load")),
    Command("bench.toggle_live", N_("Open or close live bus"), Group.LIVE, ("O",), "", "", LIVE),
    Command("bench.pause_live", N_("Pause or resume display"), Group.LIVE, ("P",), "ph.pause",
            N_("stop scrolling, freeze, hold, continue"), LIVE),
    Command("bench.pause_frames", N_("Pause or resume display, in the list of frames"), Group.LIVE, ("Space",), "", "",
            FRAMES),
    Command("bench.record", N_("Record live bus"), Group.LIVE, ("R",), "ph.record",
            N_("log, save, capture, trace, BLF, ASC, candump, TRC, CSV, stop recording"), LIVE),
    Command("bench.save_kept", N_("Save last minutes of live bus"), Group.LIVE, (), "ph.clock-counter-clockwise",
            N_("record, history, ring buffer, keep, afterwards"), LIVE),
    Command("bench.filter_frames", N_("Filter frames"), Group.LIVE, ("/", "Ctrl+F"), "ph.funnel",
            N_("search, find, identifier, mask, range, hide, name, signal"), LIVE),
    Command("bench.copy_frame", N_("Copy frame"), Group.LIVE, ("Ctrl+C",), "ph.copy", N_("clipboard, candump"), FRAMES),
    Command("bench.expand_frame", N_("Show or hide signals"), Group.LIVE, ("Return",), "ph.list-bullets",
            N_("decode, expand, collapse, DBC"), FRAMES),
    Command("bench.filter_by_id", N_("Show only this ID"), Group.LIVE, (), "ph.funnel", N_("filter, isolate"), FRAMES),
    Command("bench.hide_id", N_("Hide this ID"), Group.LIVE, (), "ph.eye-slash", N_("filter, exclude"), FRAMES),
    Command("bench.colour_frame", N_("Colour frames like this…"), Group.LIVE, (), "ph.palette",
            N_("highlight, mark, colour rule, color"), FRAMES),
    Command("bench.show_colour_rules", N_("Colour rules"), Group.LIVE, ("Shift+C",), "ph.palette",
            N_("highlight, mark, colour frames, color, conditional formatting"), LIVE),
    Command("bench.toggle_colour_rule", N_("Turn colour rule on or off"), Group.LIVE, ("Space",), "ph.check",
            N_("enable, disable"), COLOUR_RULES),
    Command("bench.edit_colour_rule", N_("Edit rule"), Group.LIVE, ("Return", "F2"), "ph.pencil-simple",
            N_("condition, name, colour"), COLOUR_RULES),
    Command("bench.move_colour_rule_up", N_("Move rule up"), Group.LIVE, ("Alt+Up",), "ph.arrow-up", N_("order"),
            COLOUR_RULES),
    Command("bench.move_colour_rule_down", N_("Move rule down"), Group.LIVE, ("Alt+Down",), "ph.arrow-down",
            N_("order"), COLOUR_RULES),
    Command("bench.delete_colour_rule", N_("Delete rule"), Group.LIVE, ("Del",), "ph.trash", N_("remove"),
            COLOUR_RULES, danger=True),
    Command("bench.set_time_zero", N_("Set as time zero"), Group.LIVE, (), "ph.clock",
            N_("relative time, trigger, reference, delta"), FRAMES),
    Command("bench.send_again", N_("Send again"), Group.LIVE, (), "ph.paper-plane-right", N_("transmit, repeat"),
            FRAMES),
    Command("bench.add_to_send_table", N_("Add to send table"), Group.LIVE, (), "ph.plus",
            N_("transmit, repeat, cyclic, periodic"), FRAMES),
    Command("bench.plot_signal", N_("Plot signal"), Group.LIVE, ("G",), "ph.chart-line",
            N_("graph, chart, oscilloscope, curve, trend"), FRAMES),
    Command("bench.show_plots", N_("Show or hide plots"), Group.LIVE, ("Ctrl+G",), "ph.chart-line",
            N_("graph, chart, oscilloscope, signals over time"), LIVE),
    Command("bench.add_plot_signal", N_("Add signal to plots"), Group.LIVE, (), "ph.plus", N_("graph, chart"), LIVE),
    Command("bench.follow_plots", N_("Show live values"), Group.LIVE, ("End",), "ph.skip-forward",
            N_("follow, now, scroll"), PLOTS),
    Command("bench.show_all_plots", N_("Show whole history"), Group.LIVE, ("Home",), "ph.arrows-out-line-horizontal",
            N_("zoom, everything, fit"), PLOTS),
    Command("bench.zoom_plots_in", N_("Zoom in"), Group.LIVE, ("+",), "ph.magnifying-glass-plus", "", PLOTS),
    Command("bench.zoom_plots_out", N_("Zoom out"), Group.LIVE, ("-",), "ph.magnifying-glass-minus", "", PLOTS),
    Command("bench.pan_plots", N_("Move cursor, or earlier and later, in the plots"), Group.LIVE, ("Left", "Right"),
            "", "", PLOTS),
    Command("bench.move_both_cursors", N_("Move both cursors, in the plots"), Group.LIVE,
            ("Shift+Left", "Shift+Right"), "", "", PLOTS),
    Command("bench.select_plot", N_("Select plot above or below"), Group.LIVE, ("Up", "Down"), "", "", PLOTS),
    Command("bench.show_cursors", N_("Show or hide cursors"), Group.LIVE, (), "ph.ruler",
            N_("measure, difference, delta"), PLOTS),
    Command("bench.select_cursor", N_("Select cursor A or B, in the plots"), Group.LIVE, ("A", "B"), "", "", PLOTS),
    Command("bench.leave_cursors", N_("Hide cursors, in the plots"), Group.LIVE, ("Esc",), "", "", PLOTS),
    Command("bench.export_plots_csv", N_("Export values as CSV"), Group.LIVE, (), "ph.download-simple",
            N_("save, spreadsheet, Excel"), PLOTS),
    Command("bench.export_plots_png", N_("Export picture of plots"), Group.LIVE, (), "ph.image", N_("save, PNG"),
            PLOTS),
    Command("bench.remove_plot", N_("Remove plot"), Group.LIVE, ("Del",), "ph.trash", N_("delete"), PLOTS,
            danger=True),
    Command("bench.remove_all_plots", N_("Remove all plots"), Group.LIVE, (), "ph.trash", N_("delete, clear"), PLOTS,
            danger=True),
    Command("bench.show_messages", N_("Show or hide messages"), Group.LIVE, ("M",), "ph.list-bullets",
            N_("J1939, ISO-TP, UDS, CANopen, transport protocol, reassembly, diagnostics"), LIVE),
    Command("bench.choose_protocol", N_("Choose protocol"), Group.LIVE, ("Shift+P",), "ph.tree-structure",
            N_("J1939, ISO-TP, UDS, CANopen, PGN, decode"), LIVE),
    Command("bench.read_counters", N_("Read bus counters aloud"), Group.LIVE, ("C",), "ph.activity",
            N_("screen reader, statistics, load, frames per second, TEC, REC, error counters"), LIVE),
    Command("bench.focus_send", N_("Go to frame to send"), Group.LIVE, ("S",), "ph.paper-plane-right",
            N_("transmit, write frame, cansend"), LIVE),
    Command("bench.show_send_table", N_("Show or hide send table"), Group.LIVE, ("T",), "ph.table",
            N_("transmit list, cyclic, periodic, generator"), LIVE),
    Command("bench.toggle_send_table", N_("Start or stop send table"), Group.LIVE, ("Ctrl+Return",), "ph.play",
            N_("transmit, cyclic, periodic, send all"), LIVE),
    Command("bench.add_send_row", N_("Add row to send table"), Group.LIVE, ("N",), "ph.plus",
            N_("transmit, new message, cyclic"), LIVE),
    Command("bench.undo_send_table", N_("Undo edit of send table or triggers"), Group.LIVE, ("Ctrl+Z",),
            "ph.arrow-u-up-left", N_("revert, go back"), LIVE),
    Command("bench.redo_send_table", N_("Redo edit of send table or triggers"), Group.LIVE,
            ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right", "", LIVE),
    Command("bench.toggle_send_row", N_("Start or stop row"), Group.LIVE, ("Space",), "ph.play",
            N_("transmit, send once"), SEND_TABLE),
    Command("bench.edit_send_cell", N_("Edit data or period"), Group.LIVE, ("Return", "F2"), "ph.text-t",
            N_("bytes, every, ms, cycle time"), SEND_TABLE),
    Command("bench.edit_send_row", N_("Edit row"), Group.LIVE, ("Alt+Return",), "ph.pencil-simple",
            N_("signals, data, period, ID"), SEND_TABLE),
    Command("bench.duplicate_send_row", N_("Duplicate row"), Group.LIVE, ("Ctrl+D",), "ph.copy", N_("copy"),
            SEND_TABLE),
    Command("bench.move_send_row_up", N_("Move row up"), Group.LIVE, ("Alt+Up",), "ph.arrow-up", N_("order"),
            SEND_TABLE),
    Command("bench.move_send_row_down", N_("Move row down"), Group.LIVE, ("Alt+Down",), "ph.arrow-down", N_("order"),
            SEND_TABLE),
    Command("bench.remove_send_row", N_("Remove row"), Group.LIVE, ("Del",), "ph.trash", N_("delete"), SEND_TABLE,
            danger=True),
    Command("bench.show_triggers", N_("Show or hide triggers"), Group.LIVE, ("Shift+T",), "ph.lightning",
            N_("condition, event, alarm, watch, breakpoint, when"), LIVE),
    Command("bench.add_trigger", N_("Add trigger"), Group.LIVE, ("Shift+N",), "ph.plus",
            N_("condition, event, alarm, watch, when, record on, bookmark, notify"), LIVE),
    Command("bench.trigger_on_id", N_("Add trigger on this ID"), Group.LIVE, (), "ph.lightning",
            N_("condition, event, alarm, watch, when"), FRAMES),
    Command("bench.toggle_trigger", N_("Arm or disarm trigger"), Group.LIVE, ("Space",), "ph.check",
            N_("enable, disable, on, off"), TRIGGERS),
    Command("bench.open_trigger", N_("Edit trigger, or show its frame"), Group.LIVE, ("Return", "F2"),
            "ph.pencil-simple", N_("condition, actions"), TRIGGERS),
    Command("bench.duplicate_trigger", N_("Duplicate trigger"), Group.LIVE, ("Ctrl+D",), "ph.copy", N_("copy"),
            TRIGGERS),
    Command("bench.delete_trigger", N_("Delete trigger"), Group.LIVE, ("Del",), "ph.trash", N_("remove"), TRIGGERS,
            danger=True),
    Command("bench.open_recording", N_("Open recording"), Group.RECORDINGS, ("O",), "ph.folder-open",
            N_("file, log, trace, BLF, ASC, candump, TRC, replay, play back"), RECORDINGS),
    Command("bench.play_recording", N_("Play or pause recording"), Group.RECORDINGS, ("P",), "ph.play",
            N_("replay, play back, run"), RECORDINGS),
    Command("bench.next_recorded", N_("Next frame"), Group.RECORDINGS, (".",), "ph.caret-right", N_("step"),
            RECORDINGS),
    Command("bench.previous_recorded", N_("Previous frame"), Group.RECORDINGS, (",",), "ph.caret-left", N_("step back"),
            RECORDINGS),
    Command("bench.next_error", N_("Next error frame"), Group.RECORDINGS, ("E",), "ph.warning-circle",
            N_("find, problem, fault"), RECORDINGS),
    Command("bench.set_bookmark", N_("Set or rename bookmark"), Group.RECORDINGS, ("B",), "ph.flag",
            N_("marker, annotation, event, label"), RECORDINGS),
    Command("bench.next_bookmark", N_("Next bookmark"), Group.RECORDINGS, ("N",), "ph.flag", N_("marker, event, go to"),
            RECORDINGS),
    Command("bench.filter_recorded", N_("Filter frames of recording"), Group.RECORDINGS, ("/", "Ctrl+F"), "ph.funnel",
            N_("search, find, identifier, mask, range, hide, name, signal"), RECORDINGS),
    Command("bench.show_recorded_colour_rules", N_("Colour rules of recording"), Group.RECORDINGS, ("Shift+C",),
            "ph.palette", N_("highlight, mark, colour frames, color, conditional formatting"), RECORDINGS),
    Command("bench.save_recorded", N_("Save shown frames"), Group.RECORDINGS, ("Ctrl+S",), "ph.floppy-disk",
            N_("export, cut, trim, range, extract, convert, BLF, ASC, CSV"), RECORDINGS),
    Command("bench.show_recorded_plots", N_("Show or hide plots of recording"), Group.RECORDINGS, ("Ctrl+G",),
            "ph.chart-line", N_("graph, chart, oscilloscope, signals over time"), RECORDINGS),
    Command("bench.show_recorded_messages", N_("Show or hide messages of recording"), Group.RECORDINGS, ("M",),
            "ph.list-bullets", N_("J1939, ISO-TP, UDS, CANopen, transport protocol, reassembly, diagnostics"),
            RECORDINGS),
    Command("bench.choose_recorded_protocol", N_("Choose protocol of recording"), Group.RECORDINGS, ("Shift+P",),
            "ph.tree-structure", N_("J1939, ISO-TP, UDS, CANopen, PGN, decode"), RECORDINGS),
    Command("bench.compare_recording", N_("Compare with another recording"), Group.RECORDINGS, ("C",),
            "ph.arrows-left-right", N_("difference, diff, periods"), RECORDINGS),
    Command("bench.open_listed", N_("Open recording"), Group.RECORDINGS, (), "ph.file", "", RECORDING_LIST),
    Command("bench.show_in_folder", N_("Show in folder"), Group.RECORDINGS, (), "ph.folder-open", "", RECORDING_LIST),
    Command("bench.rename_recording", N_("Rename recording"), Group.RECORDINGS, ("F2",), "ph.pencil-simple", "",
            RECORDING_LIST),
    Command("bench.trash_recordings", N_("Move to the trash"), Group.RECORDINGS, ("Del",), "ph.trash", N_("delete"),
            RECORDING_LIST, danger=True),
    Command("bench.simulate", N_("Start simulated dongles"), Group.DONGLES, (), "ph.flask",
            N_("simulator, virtual, vcan, demo, test, emulator, fake, mock")),
    Command("bench.filter", N_("Filter dongles"), Group.DONGLES, ("/",), "ph.funnel", N_("search, find"), DONGLES_VIEW),
    Command("bench.blink", N_("Identify dongle"), Group.DONGLES, ("B",), "ph.lightning",
            N_("blink, flash, LED, which one"), DONGLES),
    Command("bench.try_again", N_("Check again"), Group.DONGLES, ("R",), "ph.arrows-clockwise",
            N_("retry, can't open, reconnect, refresh"), DONGLES),
    Command("bench.show_timing", N_("Set bit timing"), Group.DONGLES, ("T",), "ph.sliders-horizontal",
            N_("bit rate, sample point, registers"), DONGLES),
    Command("bench.rotate", N_("Replace pairing key"), Group.DONGLES, (), "ph.key",
            N_("rotate, renew, new key, token, secret, leaked"), DONGLES),
    Command("bench.reset", N_("Reset dongle"), Group.DONGLES, (), "ph.arrow-counter-clockwise",
            N_("factory reset, wipe, erase, default settings, take back, unpair"), DONGLES, danger=True),
    Command("bench.release", N_("Release dongle"), Group.DONGLES, (), "ph.link-break",
            N_("unpair, remove, forget, disown, unregister, give away, hand over"), DONGLES, danger=True),
    Command("bench.write_off", N_("Write off dongle"), Group.DONGLES, (), "ph.trash",
            N_("lost, broken, stolen, gone, remove, delete, forget, retire"), DONGLES, danger=True),
    Command("bench.write_timing", N_("Write to dongle and verify"), Group.TIMING, ("Ctrl+Return",),
            "ph.download-simple", N_("flash, save, store, configure"), TIMING),
    Command("bench.undo_timing", N_("Undo"), Group.TIMING, ("Ctrl+Z",), "ph.arrow-u-up-left",
            N_("revert, go back"), TIMING),
    Command("bench.redo_timing", N_("Redo"), Group.TIMING, ("Ctrl+Shift+Z", "Ctrl+Y"), "ph.arrow-u-up-right",
            "", TIMING),
    Command("bench.move_segment_end", N_("Move end of segment, in the bit diagram"), Group.TIMING, ("Left", "Right"),
            "", N_("sample point, drag"), BIT_DIAGRAM),
    Command("bench.select_segment_end", N_("Select end of segment, in the bit diagram"), Group.TIMING, ("Up", "Down"),
            "", "", BIT_DIAGRAM),
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
    DONGLE_MENU,
    MenuSection(("bench.pair", "bench.try_again", "bench.monitor", "bench.blink", "bench.show_timing")),
    MenuSection(("bench.rotate",)),
    MenuSection(("bench.release", "bench.reset", "bench.write_off")),
)
FRAME_MENU: Final = "bench.frame"
"""The context menu of a frame of the live bus."""
REGISTRY.register_menu(
    FRAME_MENU,
    MenuSection(("bench.expand_frame", "bench.plot_signal", "bench.copy_frame")),
    MenuSection(
        ("bench.filter_by_id", "bench.hide_id", "bench.colour_frame", "bench.set_time_zero", "bench.trigger_on_id")
    ),
    MenuSection(("bench.send_again", "bench.add_to_send_table")),
)
RECORDING_MENU: Final = "bench.recording"
"""The context menu of a recording in the list of the folder."""
REGISTRY.register_menu(
    RECORDING_MENU,
    MenuSection(("bench.open_listed", "bench.compare_recording")),
    MenuSection(("bench.show_in_folder", "bench.rename_recording", "bench.trash_recordings")),
)
PLOT_MENU: Final = "bench.plot"
"""The context menu of a plot of signals."""
REGISTRY.register_menu(
    PLOT_MENU,
    MenuSection(("bench.follow_plots", "bench.show_all_plots", "bench.zoom_plots_in", "bench.zoom_plots_out")),
    MenuSection(("bench.show_cursors",)),
    MenuSection(("bench.export_plots_csv", "bench.export_plots_png")),
    MenuSection(("bench.remove_plot", "bench.remove_all_plots")),
)
SEND_MENU: Final = "bench.send-row"
"""The context menu of a row of the send table."""
REGISTRY.register_menu(
    SEND_MENU,
    MenuSection(("bench.toggle_send_row", "bench.edit_send_cell", "bench.edit_send_row", "bench.duplicate_send_row")),
    MenuSection(("bench.move_send_row_up", "bench.move_send_row_down")),
    MenuSection(("bench.remove_send_row",)),
)
COLOUR_RULE_MENU: Final = "bench.colour-rule"
"""The context menu of a rule that gives frames a colour."""
REGISTRY.register_menu(
    COLOUR_RULE_MENU,
    MenuSection(("bench.toggle_colour_rule", "bench.edit_colour_rule")),
    MenuSection(("bench.move_colour_rule_up", "bench.move_colour_rule_down")),
    MenuSection(("bench.delete_colour_rule",)),
)
TRIGGER_MENU: Final = "bench.trigger"
"""The context menu of a trigger."""
REGISTRY.register_menu(
    TRIGGER_MENU,
    MenuSection(("bench.toggle_trigger", "bench.open_trigger", "bench.duplicate_trigger")),
    MenuSection(("bench.delete_trigger",)),
)
