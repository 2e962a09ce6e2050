"""Bench: dongles, the live bus, recordings, bit timing."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from benchboard.i18n import N_, _
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing
from benchboard.ui.bench import bench_commands as bench_commands  # registers them
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.sections import Room, RoomView, SearchResult

if TYPE_CHECKING:
    from benchboard.ui.tasks import DatabaseSession

_MAX_RESULTS: Final = 8
"""Most dongles that the command palette lists for a search."""


def _dongles(context: Context) -> QWidget:
    from benchboard.ui.bench.dongles_view import DonglesView

    return DonglesView(context)


def _live(context: Context) -> QWidget:
    from benchboard.ui.bench.live_bus_view import LiveBusView

    return LiveBusView(context)


def _recordings(context: Context) -> QWidget:
    from benchboard.ui.bench.recordings_view import RecordingsView

    return RecordingsView(context)


def _timing(context: Context) -> QWidget:
    from benchboard.ui.bench.timing_view import TimingView

    return TimingView(context)


def _start(context: Context) -> None:
    from benchboard.ui.bench.dongle_counter import DongleCounter
    from benchboard.ui.bench.dongle_names import DongleNames
    from benchboard.ui.bench.events.dongle_events import DongleEvents
    from benchboard.ui.bench.live_bus_cell import LiveBusCell
    from benchboard.ui.bench.live_sources import LiveSources
    from benchboard.ui.bench.paired_dongles import PairedDongles
    from benchboard.ui.bench.selected_dongle import SelectedDongle

    DongleNames.of(context)
    DongleCounter.of(context)
    PairedDongles.of(context)
    SelectedDongle.of(context)
    LiveBusCell.of(context)
    LiveSources.of(context)
    DongleEvents.of(context)  # what is plugged in before the list is shown is told with its own time


def _simulate_handler(context: Context) -> Handler:
    """Starts simulated dongles, or stops them while this window runs them."""
    from benchboard.ui.bench.device_manager import DeviceManager

    manager = context.session.findChild(DeviceManager)
    if manager is not None and manager.simulating:
        return Handler(partial(context.go, "bench/dongles/!stop-simulator"), title=_("Stop simulated dongles"))
    return Handler(partial(context.go, "bench/dongles/!simulate"))


def _ends_with_session(context: Context) -> str:
    """That the simulated dongles of this window stop, or that the live bus closes."""
    from benchboard.ui.bench.device_manager import DeviceManager

    manager = context.session.findChild(DeviceManager)
    if manager is None:
        return ""
    if manager.simulating:
        return _("The simulated dongles of this window will stop.")
    return _("The live bus will close.") if manager.live is not None else ""


def _leave(context: Context) -> None:
    """Close the live bus, and stop everything else that goes on until the session's end."""
    from benchboard.ui.bench.device_manager import DeviceManager
    from benchboard.ui.bench.ended_recording import EndedRecording
    from benchboard.ui.bench.events.dongle_events import DongleEvents
    from benchboard.ui.bench.live_bus.live_load import LiveLoad
    from benchboard.ui.bench.live_sources import LiveSources
    from benchboard.ui.bench.plots.live_plots import LivePlots
    from benchboard.ui.bench.recording_clock import RecordingClock
    from benchboard.ui.bench.selected_dongle import SelectedDongle

    for kind in (
        EndedRecording, DongleEvents, RecordingClock, LiveLoad, LivePlots, LiveSources, SelectedDongle, DeviceManager,
    ):  # fmt: skip
        for lasting in context.session.findChildren(kind):
            lasting.deleteLater()


def _monitor_handler(context: Context) -> Handler:
    """Closes the live bus that is open; otherwise opens that of the selected dongle, else of the one used last, else of
    the first one that is connected.
    """
    from benchboard.ui.bench.device_manager import DeviceManager
    from benchboard.ui.bench.selected_dongle import SelectedDongle

    manager = context.session.findChild(DeviceManager)
    if manager is not None and manager.live is not None:
        return Handler(manager.close_bus, title=_("Close live bus"))
    chosen = (SelectedDongle.of(context).id or manager.last_live_id) if manager is not None else ""
    return Handler(partial(context.go, f"bench/live/{chosen or '!open'}"))


def _detect_handler(context: Context) -> Handler:
    """Finds the bit rate of the bus that is open, else of the selected dongle's, else of the first that answers."""
    from benchboard.ui.bench.device_manager import DeviceManager
    from benchboard.ui.bench.selected_dongle import SelectedDongle
    from benchboard.ui.bench.timing_request import DETECT

    manager = context.session.findChild(DeviceManager)
    answering = [one.device_id for one in manager.devices if one.has_answered and one.device_id] if manager else []
    live = manager.live.device_id if manager is not None and manager.live is not None else None
    chosen = next((one for one in (live, SelectedDongle.of(context).id, *answering) if one in answering), None)
    why_not = "" if chosen else _("Connect a dongle first.")
    return Handler(partial(context.go, f"bench/timing/{chosen}/{DETECT}"), lambda: why_not)


def _handlers(context: Context) -> Handlers:
    """The commands of the bench that can be run from any room."""
    handlers = {
        "bench.calculate_timing": Handler(partial(context.go, "bench/timing")),
        "bench.open_recording": Handler(partial(context.go, "bench/recordings/!open")),
        "bench.detect_bit_rate": _detect_handler(context),
        "bench.monitor": _monitor_handler(context),
        "bench.simulate": _simulate_handler(context),
    }
    if has_permission(context.actor, "dongles:pair"):
        handlers["bench.pair"] = Handler(partial(context.go, "bench/dongles/pair"))
    return handlers


def _search(context: Context, session: "DatabaseSession", text: str) -> Sequence[SearchResult]:
    """The first paired dongles with `text` in their names or ids."""
    from benchboard.dongles import fleet

    if not has_permission(context.actor, "dongles:read"):
        return ()
    found = fleet.list_dongles(session, context.actor, Listing(text), limit=_MAX_RESULTS)
    return [
        SearchResult(one.title, f"bench/dongles/{one.device_id}", one.device_id, "bb.dongle", _("Dongles"))
        for one in found.rows
    ]


ROOM = Room(
    "bench",
    N_("Bench"),
    "bb.plug",
    "bench:enter",
    (
        RoomView("dongles", N_("Dongles"), _dongles),
        RoomView("live", N_("Live bus"), _live),
        RoomView("recordings", N_("Recordings"), _recordings),
        RoomView("timing", N_("Bit timing"), _timing),
    ),
    _handlers,
    _search,
    _start,
    _ends_with_session,
    leave=_leave,
)
