"""The bench: dongles, the live bus, bit timing."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from benchboard.i18n import N_, _
from benchboard.identity.access import may
from benchboard.ui.context import Context
from benchboard.ui.rooms import Command, Place, Room


def _dongles(context: Context) -> QWidget:
    from benchboard.ui.bench.dongles import DonglesPlace

    return DonglesPlace(context)


def _live(context: Context) -> QWidget:
    from benchboard.ui.bench.live import LivePlace

    return LivePlace(context)


def _timing(context: Context) -> QWidget:
    from benchboard.ui.bench.timing import TimingPlace

    return TimingPlace(context)


def _commands(context: Context) -> Sequence[Command]:
    """What the palette offers of the bench."""
    found = [
        Command(
            _("Solve a bit timing"),
            lambda: context.go("bench/timing"),
            icon="ph.sliders-horizontal",
            words=N_("bit rate, baud rate, sample point, calculate, BRP, prescaler"),
        ),
        Command(
            _("Watch a bus"),
            lambda: context.go("bench/live"),
            icon="ph.activity",
            words=N_("monitor, trace, sniff, frames, log, candump"),
        ),
    ]
    if may(context.actor, "dongles:pair"):
        pair = Command(
            _("Pair a dongle"),
            lambda: context.go("bench/dongles/pair"),
            icon="ph.link",
            words=N_("connect, provision, register, set up, adapter, device"),
        )
        found.insert(0, pair)
    found.append(
        Command(
            _("Start simulated dongles"),
            lambda: context.go("bench/dongles/simulate"),
            icon="ph.flask",
            words=N_("simulator, virtual, demo, emulate, fake"),
        ),
    )
    return found


ROOM = Room(
    "bench",
    N_("Bench"),
    "bb.plug",
    "bench:enter",
    (
        Place("dongles", N_("Dongles"), _dongles),
        Place("live", N_("Live bus"), _live),
        Place("timing", N_("Timing"), _timing),
    ),
    _commands,
)
