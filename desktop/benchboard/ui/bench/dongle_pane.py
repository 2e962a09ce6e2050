"""The details of one dongle: its identity, configuration and bus."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.canbus.bus_load import bus_load
from benchboard.canbus.capture import Counters
from benchboard.canbus.timing import check, controller, limit_percent
from benchboard.dongles import fleet
from benchboard.dongles.device import IDENTIFY_SECONDS
from benchboard.dongles.device_errors import with_names
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.titles import default_title
from benchboard.dongles.ways_out import WayOut
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.bench_format import (
    bit_rate,
    connection_mark,
    firmware_title,
    format_metres,
    identity_mark,
    identity_reason,
    is_verified_before,
    reported_state,
    state_mark,
    verification_time,
)
from benchboard.ui.bench.bit_diagram import SmallBitBar
from benchboard.ui.bench.bus_end import Taking, unless_in_use
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.dongle_rows import DongleRow
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.mini_trace import MiniTrace
from benchboard.ui.bench.timing_request import data_timing, nominal_timing
from benchboard.ui.context import Context
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import (
    Badge,
    Button,
    Edit,
    KeyValue,
    Paragraph,
    Text,
    copyable,
    disable_viewport_fill,
    hairline,
)
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.detail_pane import DetailHeader, details_name
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.focus import RING_INSIDE
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.meter import Meter
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.stat_strip import Stat, StatStrip
from benchboard.ui.widgets.surfaces import set_surface

_IDENTIFY: Final = "bench.identify"
_RENAME: Final = "bench.rename"
_ANSWERS_WITHIN: Final = timedelta(seconds=30)
"""How long the outcome of a check is news to the user who asked for it."""


def tseg1_is_split(config: DongleConfig, phase: str = "nominal") -> bool:
    """Whether the dongle's controller stores propagation and phase 1 separately, rather than only their sum."""
    try:
        return controller(config.controller).limits(phase).has_prop_seg
    except AppError:  # a controller whose limits are unknown: the reported values are used
        return True


def why_not_reachable(row: DongleRow) -> str:
    """Why this dongle can't be queried now; empty if it can."""
    if row.device is None:
        return _("Not plugged in to this computer.")
    if row.device.problem is not None:
        return _named_problem(row.device.problem, row).what
    is_benchboard = row.device.info is not None and row.device.info.is_benchboard
    return "" if is_benchboard else _("Stock firmware can't report its settings.")


def _named_problem(problem: AppError, row: DongleRow) -> AppError:
    """What is wrong with the row's dongle, by its name."""
    return with_names(problem, row.key, lambda one: row.title if one == row.key else default_title(one))


def why_not_checked(row: DongleRow, devices: DeviceManager) -> str:
    """Why this dongle can't be checked again now; empty if it can."""
    if row.device is None:
        return _("Not plugged in to this computer.")
    if devices.live is not None and devices.live.path == row.device.port.path:
        return _("Its live bus is open. To check the dongle, close the live bus first.")
    return ""


def has_failed(row: DongleRow) -> bool:
    """Whether the dongle is plugged in and its last check failed."""
    return row.device is not None and row.device.problem is not None


def what_next(row: DongleRow, organisation: str) -> str:
    """What to do about a dongle that is lost, whose pairing was interrupted, or that was written off; else empty."""
    state = row.dongle.ownership_state if row.dongle is not None else None
    reported = reported_state(row.dongle, row.device)
    if row.dongle is not None and row.dongle.written_off and row.device is None:
        return _("Written off. If it turns up, plug it in: it's then paired with {organisation} as before.").format(
            organisation=organisation
        )
    if state == "CLAIM_PENDING" and row.device is None:
        return _("Its pairing was interrupted. Plug it in to finish it. If it's gone for good, write it off.")
    if state != "LOST":
        return ""
    if row.device is None:
        text = _(
            "When it was last plugged in, it no longer held {organisation}'s pairing key. Plug it in to check it again."
            " If it's gone for good, write it off."
        )
    elif reported is None:
        text = _("It no longer held {organisation}'s pairing key when it last answered. Check it again.")
    elif reported == "CLAIMED_ACTIVE":
        text = _(
            "It no longer holds {organisation}'s pairing key: it has been paired again since. To take it back, reset"
            " it. If it isn't yours any more, write it off."
        )
    else:
        text = _("It no longer holds {organisation}'s pairing key: it was reset. Pair it again.")
    return text.format(organisation=organisation)


def why_not_timed(row: DongleRow) -> str:
    """Why the bit timing of this dongle can't be set now; empty if it can."""
    if reason := why_not_reachable(row):
        return reason
    if row.paired_elsewhere:
        return _paired_elsewhere(row)
    return ""


def _paired_elsewhere(row: DongleRow) -> str:
    """That another organisation has paired the dongle, and what can be done about it."""
    if row.device is None or not row.device.is_simulated:
        return _("Paired with another organisation. To use it here, have it released there, or reset it at its button.")
    # It is paired by a database of this computer: most likely the demo, or seen from there, one's own.
    return _(
        "This simulated dongle is paired in the demo or another organisation on this computer. To pair it here, reset"
        " it."
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """A check that the user asked for: the port, and when."""

    path: str
    at: datetime


class DonglePane(QWidget):
    """`closed` asks the view to hide it; `pair` to open the wizard for the row with this key; `write_off` to ask
    whether to write off the dongle; `reset`, to reset it; `menu` to open its menu at this point of the screen.
    """

    closed = Signal()
    pair = Signal(str)
    write_off = Signal()
    reset = Signal()
    menu = Signal(QPoint)

    accessible_role = Role.Grouping

    def __init__(self, context: Context, devices: DeviceManager, notices: DongleNotices) -> None:
        super().__init__()
        self._context = context
        self._devices = devices
        self.notices = notices
        self._names = DongleNames.of(context)
        self._row: DongleRow | None = None
        self.setObjectName("bench_detail")
        set_surface(self, "surface")
        self._head = _DongleHeader(context, self)
        self._identity = _PaneSection(_("Identity"))
        self._facts = KeyValue(label=_("Identity"))
        self._values: list[QWidget] = []
        self._identity.column.addWidget(self._facts)
        self._timing = _TimingSection()
        self._timing.setObjectName("bench_detail_timing")
        self._trace = _TraceSection(LiveLoad.of(context), self._head.open_live)
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in (self._head, self._identity, self._timing):
            column.addWidget(section)
            column.addWidget(hairline())
        column.addWidget(self._trace)
        column.addStretch(1)
        scroll = QScrollArea()
        disable_viewport_fill(scroll)
        scroll.setAccessibleName(_("Details"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline(vertical=True))
        whole.addWidget(scroll, 1)
        devices.live_changed.connect(self._live_changed)
        self._asked: _Check | None = None
        devices.changed.connect(self._report_check)

    @property
    def row(self) -> DongleRow | None:
        return self._row

    def show_row(self, row: DongleRow) -> None:
        """Show this dongle."""
        self._row = row
        self._head.show_row(row)
        facts = _facts(row)
        self._values = [_value(label, text, kind) for label, text, kind in facts]
        self._facts.show_rows([(fact[0], value) for fact, value in zip(facts, self._values, strict=True)])
        if row.config is not None:
            self._timing.show_config(row.config, row.config_read_at)
        else:
            self._timing.show_not_read(_why_not_read(row))
        self._live_changed()

    def refresh_times(self) -> None:
        """Update the relative times to now; the row stays as it was shown."""
        row = self._row
        if row is None:
            return
        for (_label, text, _kind), value in zip(_facts(row), self._values, strict=True):
            if isinstance(value, Paragraph) and value.text() != text:
                value.setText(text)
        if row.config is not None:
            self._timing.show_read_at(row.config_read_at)

    def accessible_text(self) -> str:
        """Whose details they are."""
        return details_name(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def blink(self) -> None:
        """Make the dongle blink, so that the user can identify it."""
        row = self._row
        if row is None or row.device is None:
            return
        path = row.device.port.path
        unless_in_use(
            self, self._devices, frozenset({path}), partial(self._blink, path, row.device_id),
            Taking(_("Identifying"), _("Stop recording and identify"), _("Close live bus and identify")),
        )  # fmt: skip

    def _blink(self, path: str, device_id: str | None) -> None:
        title = self._names.name(device_id)
        self.notices.dismiss(_IDENTIFY)

        def op(_progress: object) -> None:
            with self._devices.device(path, device_id) as device:
                device.identify()

        blinking = ngettext(
            "{name} is blinking for {count} second.", "{name} is blinking for {count} seconds.", IDENTIFY_SECONDS
        ).format(name=title, count=IDENTIFY_SECONDS)
        self._context.tasks.run(
            self,
            op,
            lambda _none: self._context.problems.toast(blinking),
            lambda error: self.notices.show(error, path=path, device_id=device_id, act=_IDENTIFY, retry=self.blink),
            title=_("Identifying {name}").format(name=title),
        )

    def try_again(self) -> None:
        """Check the dongle again now, and report that it responds; a failure is shown in its row and here."""
        if self._row is not None and self._row.device is not None:
            self._asked = _Check(self._row.device.port.path, datetime.now(UTC))
            self._devices.probe_again(self._row.device.port.path)
            if has_failed(self._row):
                self._context.problems.toast(_("Checking {name}").format(name=self._names.name(self._row.device_id)))

    def _report_check(self) -> None:
        """Report the outcome of the check that was asked for, once it is known."""
        asked = self._asked
        device = self._devices.at(asked.path) if asked is not None else None
        if asked is None or device is None or device.checked_at is None or device.checked_at <= asked.at:
            return
        self._asked = None
        if device.problem is None and device.checked_at - asked.at < _ANSWERS_WITHIN:
            self._context.problems.toast(_("Checked {name}: it responds.").format(name=self._names.name_at(device)))

    def _live_changed(self) -> None:
        row, live = self._row, self._devices.live
        device = row.device if row is not None else None
        own_bus = live if live is not None and device is not None and live.path == device.port.path else None
        self._trace.show_live(own_bus)
        can_open = row is not None and own_bus is None and not why_not_reachable(row)
        self._trace.open.setVisible(can_open and self._head.open.isHidden())
        self._head.show_live(is_open=own_bus is not None)
        self._head.retry.disable(why_not_checked(row, self._devices) if row is not None else "")


def _why_not_read(row: DongleRow) -> str:
    """That the bit timing of this dongle is unknown, why, and what to do."""
    if row.device is None:
        return _("Bit timing hasn't been read. Plug in the dongle to set it.")
    if reason := why_not_timed(row):
        return _("Bit timing hasn't been read.") + " " + reason
    return _("Bit timing hasn't been read. Set it to write it to the dongle and read it back.")


def _facts(row: DongleRow) -> list[tuple[str, str, str]]:
    """(label, value, type) of the identity."""
    dongle, device = row.dongle, row.device
    facts = [(_("ID"), row.device_id or "–", "mono"), (_verification_label(row), _verification(row), "body")]
    if dongle is not None and dongle.key_version is not None:
        paired = relative_time(dongle.claimed_at)
        if dongle.key_version > 1:  # a key that was never replaced has no version to speak of
            paired = _("{when}, key version {number}").format(when=paired, number=dongle.key_version)
        facts.append((_("Paired"), paired, "body"))
    if firmware := _firmware(row):
        facts.append((_("Firmware"), firmware, "body"))
    if device is not None:
        facts.append((_("Port"), device.port.path, "mono"))
        if device.is_simulated:
            facts.append((_("Hardware"), _("Simulated on this computer"), "body"))
        if device.problem is not None:
            facts.append((_("Problem"), str(_named_problem(device.problem, row)), "body"))
    elif dongle is not None:
        # Not to the second: while it stays plugged in, that is written once a minute.
        facts.append((_("Last seen"), relative_time(dongle.last_seen_at), "body"))
    return facts


def _value(label: str, text: str, kind: str) -> QWidget:
    """A value of the identity; what one may want elsewhere can be copied."""
    if kind != "mono":
        return Paragraph(text, kind)
    return copyable(text, label, middle="/" in text) if text != "–" else Text(text)


def _shows_last_verification(row: DongleRow) -> bool:
    """Whether it was verified before and nothing is known to be wrong now."""
    return is_verified_before(row.dongle, row.device) and (row.device is None or row.device.problem is None)


def _verification_label(row: DongleRow) -> str:
    if _shows_last_verification(row):
        return _("Last verified")
    return _("Verified") if identity_mark(row.dongle, row.device).kind == "proven" else _("Verification")


def _verification(row: DongleRow) -> str:
    kind = identity_mark(row.dongle, row.device).kind
    if kind == "proven" or _shows_last_verification(row):
        return relative_time(verification_time(row.dongle, row.device, row.verified_at))
    if kind == "observed":
        return _("Not verified: only the USB serial number is known")
    problem = row.device.problem if row.device is not None else None
    if problem is None:
        return _("Not checked yet")
    if kind == "error":
        return _("Not verified: the device couldn't prove its identity")
    return _("Not verified: the port is in use") if problem.code == "port.busy" else _("Not verified: the check failed")


def _firmware(row: DongleRow) -> str:
    """The firmware and, if it reports it, the hardware; empty if unknown."""
    info = row.device.info if row.device is not None else None
    if info is None:
        return firmware_title(row.dongle.dialect, row.dongle.firmware) if row.dongle is not None else ""
    title = firmware_title(info.dialect, info.firmware)
    if not info.controller or not info.clock_hz:
        return title
    where = _("{firmware} on {controller}, {clock} MHz")
    return where.format(firmware=title, controller=info.controller.upper(), clock=number(info.clock_hz / 1e6, most=6))


class _NameEdit(Edit):
    """The field of a name that is edited in its place: Esc keeps the old one."""

    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


class _DongleHeader(QWidget):
    """The name (renamed in place), badges, and buttons."""

    def __init__(self, context: Context, pane: DonglePane) -> None:
        super().__init__()
        self._context = context
        self._pane = pane
        self._row: DongleRow | None = None
        self._edit = _NameEdit(name="bench_rename", label=_("Name"))
        self._edit.setMaxLength(fleet.NAME_LENGTH)
        self._edit.hide()
        self._edit.editingFinished.connect(self._rename)  # by Enter, Tab or a click elsewhere
        self._edit.cancelled.connect(self._end_edit)
        self._pencil = Button(
            "",
            self._start_edit,
            kind="quiet",
            icon="ph.pencil-simple",
            tip=_("Rename dongle"),
            name="bench_rename_start",
        )
        self._pencil.setVisible(False)
        close = Button("", pane.closed.emit, kind="quiet", icon="ph.x", tip=_("Close"), name="bench_detail_close")
        self._connection, self._state, self._identity = (Badge("neutral", "") for _badge in range(3))
        self.pair = Button(
            _("Pair this dongle"), lambda: pane.pair.emit(self._row.key if self._row else ""), icon="ph.link"
        )
        self.pair.setObjectName("bench_detail_pair")
        self.retry = Button(_("Check again"), pane.try_again, icon="ph.arrows-clockwise", name="bench_try_again")
        self.write_off = Button(
            _("Write off dongle"), pane.write_off.emit, kind="quiet", icon="ph.trash", name="bench_detail_write_off"
        )
        self.reset = Button(
            _("Reset dongle"),
            pane.reset.emit,
            kind="quiet",
            icon="ph.arrow-counter-clockwise",
            name="bench_detail_reset",
        )
        self.more = Button(
            "", self._open_menu, kind="quiet", icon="ph.dots-three", tip=_("More actions"), name="bench_detail_more"
        )
        self.open = Button(_("Open live bus"), self.open_live, icon="ph.activity", name="bench_open_live")
        blinks = ngettext(
            "Its light blinks for {count} second, so that you can tell which dongle it is.",
            "Its light blinks for {count} seconds, so that you can tell which dongle it is.",
            IDENTIFY_SECONDS,
        ).format(count=IDENTIFY_SECONDS)
        self.blink = Button("", pane.blink, icon="ph.lightning", tip=_("Identify dongle"), name="bench_blink")
        self.blink.setToolTip(plain_tooltip(f"{_('Identify dongle')}. {blinks}"))
        self.timing = Button(_("Set bit timing"), self._open_timing, icon="ph.sliders-horizontal", name="bench_timing")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        self._head = DetailHeader(close, self._connection, self._state, self._identity, icon="bb.dongle")
        self._head.below.hide()  # the facts are in the sections
        self._head.title_row.addWidget(self._edit, 1)
        self._head.title_row.addWidget(self._pencil, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._head)
        below = QVBoxLayout()
        below.setContentsMargins(16, 0, 12, 0)
        below.setSpacing(theme().px("spacing.2"))
        column.addLayout(below)
        actions = FlowLayout()  # in some languages they need a second line
        for button in (
            self.pair,
            self.open,
            self.timing,
            self.blink,
            self.retry,
            self.reset,
            self.write_off,
            self.more,
        ):
            actions.addWidget(button)
        below.addLayout(actions)
        self._reason = Paragraph("", "caption", "muted")
        self._reason.setObjectName("bench_detail_reason")
        below.addWidget(self._reason)

    def show_row(self, row: DongleRow) -> None:
        other = self._row is None or self._row.key != row.key
        self._row = row
        self._head.name.setText(row.title)
        if other:
            self._end_edit()
        state, identity = state_mark(row.dongle, row.device), identity_mark(row.dongle, row.device)
        self._state.show_state(state.kind, state.text, state.icon)
        self._identity.show_state(identity.kind, identity.text, identity.icon)
        connection = connection_mark(row.dongle, row.device)
        word = connection.text if row.device is not None else _("Disconnected")
        self._connection.show_state(connection.kind, word, connection.icon)
        self._connection.setVisible(word != state.text)
        self._identity.setToolTip(plain_tooltip(identity_reason(row.dongle, row.device, row.verified_at)))
        actor = self._context.actor
        self._pencil.setVisible(row.dongle is not None and has_permission(actor, "dongles:configure"))
        may_pair, ways = has_permission(actor, "dongles:pair"), row.ways_out
        self.pair.setVisible(WayOut.PAIR in ways and may_pair)
        is_lost = row.dongle is not None and row.dongle.ownership_state == "LOST"
        self.pair.setText(_("Pair again") if is_lost else _("Pair this dongle"))
        self.retry.setVisible(WayOut.CHECK in ways)
        self.reset.setVisible(WayOut.RESET in ways and may_pair)
        self.write_off.setVisible(WayOut.WRITE_OFF in ways and may_pair)
        self.open.setVisible(not self.pair.isVisibleTo(self))
        for button in (self.open, self.blink):
            button.disable(why_not_reachable(row))
        self.pair.disable(why_not_reachable(row) if row.is_silent else "")
        self.timing.disable(why_not_timed(row))
        reason = what_next(row, actor.organisation) or why_not_timed(row)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))

    def _open_menu(self) -> None:
        self._pane.menu.emit(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def show_live(self, *, is_open: bool) -> None:
        """Say what the button does: the dongle's live bus is open already, or is opened."""
        self.open.setText(_("Show live bus") if is_open else _("Open live bus"))
        if is_open:  # which it can be while the dongle doesn't respond
            self.open.disable("")
        self.open.updateGeometry()

    def _start_edit(self) -> None:
        if self._row is not None and self._row.dongle is not None:
            self._edit.setText(self._row.dongle.name or "")
            self._head.name.hide()
            self._edit.show()
            self._edit.setFocus()
            self._edit.selectAll()

    def _end_edit(self) -> None:
        was_focused = self._edit.hasFocus()
        self._edit.hide()
        self._head.name.show()
        if was_focused:
            self._pencil.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rename(self) -> None:
        row = self._row
        if row is None or row.dongle is None or self._edit.isHidden():
            return
        old_name, new_name = row.dongle.name or "", self._edit.text()
        self._end_edit()
        if new_name != old_name:
            self._pane.notices.dismiss(_RENAME)
            failed = partial(self._pane.notices.show, act=_RENAME)
            rename(self._context, self._pane, row.dongle.id, new_name, old_name, failed)

    def open_live(self) -> None:
        """Show the live bus of the dongle, which is opened unless it is."""
        if self._row is not None and self._row.device_id is not None:
            self._context.go(f"bench/live/{self._row.device_id}")

    def _open_timing(self) -> None:
        if self._row is not None and self._row.device_id is not None:
            self._context.go(f"bench/timing/{self._row.device_id}")


def rename(
    context: Context,
    owner: QWidget,
    dongle_id: str,
    name: str,
    old_name: str,
    failed: Callable[[AppError], None],
) -> None:
    """Rename a dongle, with undo; `failed` shows why it can't be named so."""
    actor = context.actor

    def done(dongle: DongleRecord) -> None:
        offer_undo_of_rename(context, owner, dongle, old_name)

    context.tasks.change(owner, lambda session: fleet.rename_dongle(session, actor, dongle_id, name), done, failed)


def offer_undo_of_rename(context: Context, owner: QWidget, dongle: DongleRecord, old_name: str) -> None:
    """Say that a dongle was renamed, and offer to undo that, then to redo it, and so on: each unless another person, or
    window, has renamed it since.
    """
    actor, new_name = context.actor, dongle.name or ""

    def set_name(name: str, was: str, done: Callable[[DongleRecord], None]) -> None:
        context.tasks.change(
            owner,
            lambda session: fleet.rename_dongle(session, actor, dongle.id, name, was=was),
            done,
            partial(refuse_undo, context),
        )

    def undone(record: DongleRecord) -> None:
        context.problems.toast(_("Undone: it is named {name} again.").format(name=record.title), redo)

    def undo() -> None:
        set_name(old_name, new_name, undone)

    def redo() -> None:
        set_name(new_name, old_name, lambda record: offer_undo_of_rename(context, owner, record, old_name))

    context.problems.toast(_("Renamed to {name}.").format(name=dongle.title), undo)


def refuse_undo(context: Context, error: AppError) -> None:
    """Say why a step can't be undone, or redone."""
    context.problems.step_is_said()
    context.problems.refuse(" ".join(part for part in (error.what, error.why, error.do) if part))


class _PaneSection(QWidget):
    """A title with facts below it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(theme().px("spacing.2"))
        self.head = QHBoxLayout()
        self.head.addWidget(Text(title, "body_strong", "secondary"))
        self.head.addStretch(1)
        column.addLayout(self.head)
        self.column = column


class _TimingSection(Readable, _PaneSection):
    accessible_role = Role.Grouping

    def __init__(self) -> None:
        super().__init__(_("Bit timing"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(RING_INSIDE, True)
        self._read_at = Text("", "caption", "muted")
        self.head.addWidget(self._read_at)
        self._bars = {"nominal": SmallBitBar(), "data": SmallBitBar()}
        self._figures = {"nominal": Text(), "data": Text()}
        self._not_read = Paragraph("", tone="muted")
        self._stored = QWidget()
        grid = QGridLayout(self._stored)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._labels = {"nominal": Text(_("Arbitration"), tone="muted"), "data": Text(_("Data"), tone="muted")}
        for index, key in enumerate(("nominal", "data")):
            grid.addWidget(self._labels[key], index, 0)
            grid.addWidget(self._bars[key], index, 1)
            grid.addWidget(self._figures[key], index, 2)
        self.column.addWidget(self._not_read)
        self.column.addWidget(self._stored)
        self._limits = Paragraph("", "caption", "muted")
        self.column.addWidget(self._limits)

    def accessible_text(self) -> str:
        """What it shows: both phases, what they allow, and when they were read."""
        shown = [self._not_read, self._limits, self._read_at]
        phases = (
            f"{label.text()} {self._figures[key].text()}" for key, label in self._labels.items() if not label.isHidden()
        )
        texts = (one.text() for one in shown if not one.isHidden() and one.text())
        values = [*([] if self._stored.isHidden() else phases), *texts]
        return _("{name}: {values}").format(name=_("Bit timing"), values=", ".join(values))

    def show_read_at(self, read_at: datetime | None) -> None:
        """Show how long ago the configuration was read, as of now."""
        self._read_at.setText(_("Read {when}").format(when=relative_time(read_at, in_sentence=True)))
        self._read_at.setToolTip(full_time(read_at))

    def show_not_read(self, why: str) -> None:
        self._not_read.setText(why)
        self._show_parts(stored=False)

    def _show_parts(self, *, stored: bool) -> None:
        self._not_read.setVisible(not stored)
        for widget in (self._read_at, self._stored, self._limits):
            widget.setVisible(stored)

    def show_config(self, config: DongleConfig, read_at: datetime | None) -> None:
        self._show_parts(stored=True)
        nominal, data = nominal_timing(config), data_timing(config)
        self.show_read_at(read_at)
        self._bars["nominal"].show_timing(nominal, tseg1_is_split=tseg1_is_split(config))
        sentence = _("{rate} · {point} %")
        self._figures["nominal"].setText(
            sentence.format(rate=bit_rate(config.bitrate), point=number(nominal.sample_point, 1))
        )
        for widget in (self._bars["data"], self._figures["data"], self._labels["data"]):
            widget.setVisible(data is not None)
        if data is not None:
            self._bars["data"].show_timing(data, tseg1_is_split=tseg1_is_split(config, "data"))
            self._figures["data"].setText(
                sentence.format(rate=bit_rate(config.data_bitrate), point=number(data.sample_point, 1))
            )
        try:
            item = controller(config.controller)
            tolerance = check(item, nominal, data).tolerance.percent
            # The longest cable for which all of that tolerance remains.
            run = check(item, nominal, data, clock_tolerance=max(0.0, tolerance), length_m=0).cable
        except AppError:
            run = None
        if run is None:
            self._limits.setText("")
            return
        text = _("Oscillator tolerance {percent}, cable up to {metres} m")
        self._limits.setText(text.format(percent=limit_percent(tolerance), metres=format_metres(run.longest_m)))


class _TraceSection(_PaneSection):
    def __init__(self, load: LiveLoad, open_live: Callable[[], None]) -> None:
        super().__init__(_("Live bus"))
        self._load = load
        self._summary = Text("", "caption", "muted")
        self._pause = Button("", self._toggle_pause, kind="quiet", icon="ph.pause", size="sm", tip=_("Pause display"))
        self.head.addWidget(self._summary)
        self.head.addWidget(self._pause)
        self.trace = MiniTrace()
        self._meter = Meter()
        self._meter.setObjectName("bench_detail_load")
        self.column.addWidget(KeyValue(((_("Bus load"), self._meter),), label=_("Live bus")))
        self.open = Button(_("Open live bus"), open_live, kind="link", name="bench_trace_open")
        """Where the heading has another button in place of its own."""
        self._errors = StatStrip(ground="")
        self._errors.setObjectName("bench_detail_errors")
        self._live: LiveBus | None = None
        self.column.addWidget(self._errors)
        self.column.addWidget(self.trace)
        self.column.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        self._timer = QTimer(self)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        load.sampled.connect(self._show_load)

    def _refresh(self) -> None:
        self._summary.setText(self.trace.summary)
        if self._live is not None and self.isVisible():
            self._errors.show_stats(_error_stats(self._live.capture.counters()))

    def show_live(self, live: LiveBus | None) -> None:
        """Show the dongle's open bus; None if it has none."""
        self._live = live
        self.trace.set_bus(live)
        self._refresh()
        self._show_load()
        for widget in (self.trace, self._errors, self._pause, self._summary):
            widget.setVisible(live is not None)

    def _show_load(self) -> None:
        load = self._load.load if self._live is not None else bus_load(None)
        self._meter.show_share(load.share, load.text, load.why)

    def _toggle_pause(self) -> None:
        self.trace.paused = not self.trace.paused
        self._pause.setIcon(theme().icon("ph.play" if self.trace.paused else "ph.pause"))
        self._pause.setToolTip(_("Resume display") if self.trace.paused else _("Pause display"))


def _error_stats(counters: Counters) -> list[Stat]:
    """The errors of an open bus since it was opened: the controller's counters, which aren't known while the dongle
    doesn't respond, and what was lost.
    """
    bus = counters.bus
    unknown: list[Stat] = []
    if bus.unanswered_since is not None:
        unknown = [Stat("–", name) for name in (_("TEC"), _("REC"), _("Bus errors"))]
    found: tuple[tuple[int, str, Literal["warn", "error"]], ...] = (
        (bus.tx_errors, _("TEC"), "warn"), (bus.rx_errors, _("REC"), "warn"),
        (bus.bus_errors, _("Bus errors"), "error"),
        (bus.failed, _("Failed"), "warn"), (bus.overruns, _("Dropped"), "error"),
    )  # fmt: skip
    known = [Stat(number(count), name, tone if count else "text") for count, name, tone in found]
    return [*unknown, *known[len(unknown) :]]
