"""The dongles of the organisation and those that are connected, in one list, with the details of the selected one."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.canbus.bus_load import BusLoad, bus_load
from benchboard.dongles.ways_out import WayOut
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing
from benchboard.ui.bench.bench_commands import DONGLE_MENU, DONGLES, DONGLES_VIEW
from benchboard.ui.bench.bench_format import firmware_title
from benchboard.ui.bench.bus_end import Taking, unless_in_use
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_acts import (
    DongleActs,
    why_not_released,
    why_not_reset,
    why_not_rotated,
    why_not_written_off,
)
from benchboard.ui.bench.dongle_counter import DongleCounter, silent_text
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.dongle_pane import DonglePane, why_not_checked, why_not_reachable, why_not_timed
from benchboard.ui.bench.dongle_rows import DongleCounts, DongleRow, columns, fetch, sorted_rows
from benchboard.ui.bench.events.recent_events import RecentEvents
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.pairing_wizard import PairingWizard
from benchboard.ui.bench.selected_dongle import SelectedDongle
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers, can_run, install_shortcuts, run_handler
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.problems import Action
from benchboard.ui.theme import theme
from benchboard.ui.time_format import refresh_times
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    EmptyState,
    KeyCap,
    SegmentedControl,
    Text,
    Toolbar,
    fill_column,
)
from benchboard.ui.widgets.accessible import announce, focus_told_once
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.fields import SearchField, focus_filter, focus_list, return_at_top
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

_TYPING_MS: Final = 200
_TICK_MS: Final = 1_000
"""How often the ages in the list, the pane and the events below it are counted on: all three together."""
_NEW_DONGLE_NOTICE: Final = "bench.new-dongle"
_ROOM: Final = "bench"
_SIMULATOR: Final = "bench.simulator"
_SILENT: Final = "bench.silent"


class _NoDongles(NoMatch):
    """That no dongle matches the field's text, or that none is connected."""

    def __init__(self, show_all: Callable[[], object]) -> None:
        super().__init__(pgettext("no match", "dongles"), show_all)

    def show_query(self, search: str, *, filtered: bool) -> None:
        super().show_query(search, filtered=filtered)
        # The only filter beside the text is that the dongle is connected.
        none_connected = filtered and not search.strip()
        if none_connected:
            self.sentence.setText(_("No dongles connected"))
            self.action.set_title(_("Show all dongles"))
        self.why.setText(_("Plug one in.") if none_connected else "")
        self.why.setVisible(none_connected)


class DonglesView(QWidget):
    """The list, the details, a banner for new dongles, and the wizard."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._devices = DeviceManager.of(context)
        self._load = LiveLoad.of(context)
        self._counter = DongleCounter.of(context)
        self._selected = SelectedDongle.of(context)
        self._names = DongleNames.of(context)
        self._wizard: PairingWizard | None = None
        self._may_pair = has_permission(context.actor, "dongles:pair")
        self.model: PagedTableModel[DongleRow] = PagedTableModel(
            context.tasks,
            partial(fetch, context, self._devices),
            columns(self._bus_load),
            self,
            identity=attrgetter("key"),
        )
        self._build_toolbar()
        empty = EmptyState(
            "bb.dongle",
            _("No dongles yet"),
            _("Start simulated dongles"),
            self._simulate,
            why=_why_no_dongles(local=context.workspace.location.kind == "local"),
        )
        empty.action.setObjectName("bench_simulate_empty")
        empty.action.set_kind("primary")
        self.table: PagedTable[DongleRow] = PagedTable(
            self.model,
            label=_("Dongles"),
            name="bench_dongles_table",
            empty=empty,
            no_match=_NoDongles(self._show_all),
            ticks=False,
            footer=self._hint_line(),
        )
        self._recent = RecentEvents(context)
        self.table.show_below(self._recent)
        self._notices = DongleNotices(self, context, self._devices)
        self.detail = DonglePane(context, self._devices, self._notices)
        self._acts = DongleActs(self, context, self._devices, self._notices)
        self._lay_out()
        self.model.loaded.connect(lambda: self._body.keep_place(bool(self.model.rows)))
        self.model.loaded.connect(self._simulator_changed)
        self.table.current_changed.connect(self._show_row)
        self.table.activated.connect(self._focus_row)
        self.table.menu_requested.connect(self._open_menu)
        refresh_times(self.table.view.viewport(), self._refresh_times, every_ms=_TICK_MS)
        self.detail.closed.connect(self._close_detail)
        self.detail.pair.connect(self._pair_shown)
        self.detail.write_off.connect(partial(self._with_shown, self._acts.ask_write_off))
        self.detail.reset.connect(partial(self._with_shown, self._acts.ask_reset))
        self.detail.menu.connect(self._open_detail_menu)
        self._devices.changed.connect(self._on_devices_changed)
        self._devices.simulator_changed.connect(self._simulator_changed)
        self._load.sampled.connect(self._show_load)
        self._requested_key = self._selected.id
        self._silent: Collection[str] = ()
        """The dongles that have stopped responding, by key."""
        self._unanswered_port = ""
        """The path of the port that the user selected, while no dongle has answered there."""
        self._selected.changed.connect(self._follow_selection)
        self._selected.gone.connect(self._report_loss)
        self.model.loaded.connect(self._select_requested)
        self.model.loaded.connect(self._ask_outdated)
        self._devices.live_changed.connect(self._ask_outdated)  # one with an open bus isn't asked
        self.model.loaded.connect(self._show_hints)
        context.changed.watch(self, {"dongles", "can_configs", "dongle_tokens", "dongle_groups"}, self.model.refresh)
        install_shortcuts(self, DONGLES_VIEW, self.command_handlers(), context.problems.refuse)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        at_dongle = {one.id: Handler(partial(self._run_at_dongle, one.id)) for one in REGISTRY.of_scope(DONGLES)}
        install_shortcuts(self._body, DONGLES, at_dongle)
        self.model.listing = Listing(sort="name")
        self._on_devices_changed()
        self._counter.changed.connect(self._show_counts)
        self._names.changed.connect(self._counter.refresh)  # the banner names the new dongle
        if self._counter.counts is not None:
            self._show_counts(self._counter.counts)

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self.toolbar, self.table, *([self.detail] if self.detail.isVisible() else [])]

    def open_route(self, rest: str) -> None:
        """`pair` opens the wizard, `pair/KEY` for that dongle; `!simulate` and `!stop-simulator` start or stop
        simulated dongles; a key selects that dongle.
        """
        first, _slash, key = rest.partition("/")
        if first == "pair" and key:
            self._devices.require_known(self, key, partial(self._report_unknown, key), partial(self.pair, key))
        elif first == "pair":
            self.pair()
        elif rest == "!simulate":
            self._simulate()
        elif rest == "!stop-simulator":
            self._stop_simulator()
        elif rest and not self.table.make_current(rest):
            self._requested_key = rest
            self._devices.require_known(self, rest, partial(self._report_unknown, rest))

    def _refresh_times(self) -> None:
        self.detail.refresh_times()
        self._recent.refresh_times()

    def _report_unknown(self, key: str, error: AppError) -> None:
        self._requested_key = ""
        self._notices.show(error, is_over=partial(self._names.is_known, key))

    def _select_requested(self) -> None:
        """Select the dongle of the address, if it wasn't loaded when the address was opened."""
        requested = self._requested_key
        if requested and self.table.make_current(requested):
            self._requested_key = ""
            if self._body.narrow and not self.isVisible():  # the details would cover the list that is opened
                self._close_detail()
        elif self._unanswered_port and not requested:
            self._follow_port()

    def _follow_port(self) -> None:
        """Select the row at the port that was selected before its dongle answered: with its id it is another row."""
        path = self._unanswered_port
        row = next((row for row in self.model.rows if row.device is not None and row.device.port.path == path), None)
        if row is None or row.device_id is not None:
            self._unanswered_port = ""
        if row is not None and row.device_id is not None:
            self.table.make_current(row.key)

    def _follow_selection(self) -> None:
        """Select the dongle that was selected in another view."""
        selected, row = self._selected.id, self.table.current()
        if row is not None and (row.device_id or "") == selected:
            return
        self._requested_key = ""
        if not selected:
            self.table.clear_current()
        elif not self.table.make_current(selected):
            self._requested_key = selected

    def _report_loss(self) -> None:
        """Say that the selected dongle is gone."""
        if self.isVisible() and (lost := self._selected.take_loss()) is not None:
            self._notices.show(lost, is_over=partial(self._names.is_known, str(lost.facts["device_id"])))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._report_loss()

    def pair(self, key: str = "") -> None:
        """Open the wizard, for the row with this key, or else for the selected one if it can be paired."""
        row = self._selected_row
        if not key and row is not None and row.pairable:
            key = row.key
        if self._wizard is None and self._may_pair:
            self._wizard = PairingWizard(self, self._context, self._devices, key, self._as_listed)
            self._wizard.dismissed.connect(self._on_wizard_closed)
            self._wizard.reset_wanted.connect(self._reset_of_wizard)
            self._wizard.open()

    def _pair_shown(self, key: str) -> None:
        """Open the wizard for the dongle of the details or of a row's menu, which needn't be selected once more."""
        self.pair(key)
        if self._wizard is not None:
            self._wizard.identify(key)

    def _as_listed(self, rows: Iterable[DongleRow]) -> tuple[DongleRow, ...]:
        """Rows of connected dongles as the list has them: in its order, and with the records it has read."""
        records = {row.key: row.dongle for row in self.model.rows}
        return sorted_rows((replace(row, dongle=records.get(row.key)) for row in rows), self.model.listing)

    # ---- layout

    def _build_toolbar(self) -> None:
        self.toolbar = Toolbar(_("Dongles"))
        self._scope = SegmentedControl((("all", _("All")), ("here", _("Connected"))), label=_("Dongles to show"))
        self._scope.selected.connect(lambda _key: self._apply_filter())
        self._filter = SearchField(
            placeholder=_("Name or ID"),
            icon="ph.funnel",
            clear=True,
            keys=REGISTRY["bench.filter"].key,
            name="bench_filter",
            label=_("Filter dongles"),
        )
        self._filter.setFixedWidth(220)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._apply_filter)
        self._filter.textChanged.connect(lambda _text: self._typing.start())
        self._filter.returnPressed.connect(self._enter_list)
        self._filter.down.connect(self._enter_list)
        self._filter.cleared.connect(self._apply_filter)
        self._filter.left.connect(partial(focus_list, self))
        return_at_top(self, self._filter)
        self._simulate_button = Button(
            _("Start simulated dongles"), self._simulate, icon="ph.flask", name="bench_simulate"
        )
        self._stop_button = Button(
            _("Stop simulated dongles"), self._stop_simulator, icon="ph.stop", name="bench_stop_simulator"
        )
        self._pair_button = Button(_("Pair a dongle"), lambda: self.pair(""), icon="ph.link", name="bench_pair")
        for filtering in (self._filter, self._scope):
            self.toolbar.add(filtering)
        for acting in (self._simulate_button, self._stop_button, self._pair_button):
            self.toolbar.add_right(acting)
        self.toolbar.shorten(self._simulate_button, self._stop_button)
        self._pair_button.setVisible(self._may_pair)

    def _lay_out(self) -> None:
        self._body = Drawer(self.table, self.detail, theme().px("shell.detail_pane"))
        self._body.covers.connect(self.table.set_covered)
        self.banner_place = BannerPlace()
        fill_column(self, self.toolbar, self.banner_place, self._body)
        self.setFocusProxy(self.table.view)

    def _hint_line(self) -> QWidget:
        """The shortcuts of the list, in its footer. The one without a command moves through the rows."""
        texts = {
            "": _("move"),
            "bench.filter": _("filter"),
            "bench.blink": _("identify"),
            "bench.show_timing": _("set bit timing"),
        }
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        self._hints: dict[str, QWidget] = {}
        for command_id, text in texts.items():
            keys, name = (REGISTRY[command_id].key, REGISTRY[command_id].name) if command_id else ("↑ ↓", "move")
            self._hints[command_id] = _key_hint(keys, text, name)
            line.addWidget(self._hints[command_id])
        return holder

    def content_text(self) -> str:
        """How many dongles the list shows."""
        count = len(self.model.rows)
        words = ngettext("{count} dongle", "{count} dongles", count).format(count=number(count))
        return words if count or self.model.at_end else ""

    def command_handlers(self) -> Handlers:
        """The commands of the list, and of the dongle selected in it."""

        def why_not(of_row: Callable[[DongleRow], str]) -> str:
            row = self._selected_row
            return of_row(row) if row is not None else _("Select a dongle first.")

        handlers = {
            "bench.filter": Handler(partial(focus_filter, self._filter)),
            "bench.blink": Handler(self.detail.blink, partial(why_not, why_not_reachable)),
            "bench.try_again": Handler(
                self.detail.try_again, partial(why_not, partial(why_not_checked, devices=self._devices))
            ),
            "bench.show_timing": Handler(self._show_timing, partial(why_not, why_not_timed)),
        }
        if self._may_pair:
            for command_id, act, why_not_now in (
                ("bench.rotate", self._acts.ask_rotate, why_not_rotated),
                ("bench.release", self._acts.ask_release, why_not_released),
                ("bench.reset", self._acts.ask_reset, why_not_reset),
                ("bench.write_off", self._acts.ask_write_off, why_not_written_off),
            ):
                handlers[command_id] = Handler(partial(self._with_selected, act), partial(why_not, why_not_now))
        return handlers

    def _with_selected(self, act: Callable[[DongleRow], None]) -> None:
        row = self._selected_row
        if row is not None:
            act(row)

    def _run_at_dongle(self, command_id: str) -> None:
        """Run a command by its key, in the list for the row with the ring."""
        self.table.take_ringed()
        run_handler(self.command_handlers()[command_id], self._context.problems.refuse)

    def _open_menu(self, row: DongleRow, spot: QPoint) -> None:
        """Open the context menu of a row, which is the selected one."""
        handlers = {
            **self.command_handlers(),
            "bench.monitor": Handler(
                partial(self._context.go, f"bench/live/{row.device_id}"), partial(why_not_reachable, row)
            ),
        }
        if WayOut.CHECK not in row.ways_out:
            del handlers["bench.try_again"]
        if not row.registered:
            handlers.pop("bench.release", None)
        for command_id, why_not in (
            ("bench.rotate", why_not_rotated), ("bench.reset", why_not_reset), ("bench.write_off", why_not_written_off)
        ):  # fmt: skip
            if why_not(row):
                handlers.pop(command_id, None)
        if row.pairable and self._may_pair:
            title = _("Pair {name}").format(name=self._name(row))
            handlers["bench.pair"] = Handler(partial(self._pair_shown, row.key), title=title)
        command_menu(self, DONGLE_MENU, handlers, scope=DONGLES, label=_("Actions"), name="bench_dongle_menu").popup(
            spot
        )

    def _with_shown(self, act: Callable[[DongleRow], None]) -> None:
        if (row := self.detail.row) is not None:
            act(row)

    def _open_detail_menu(self, spot: QPoint) -> None:
        if (row := self.detail.row) is not None:
            self._open_menu(row, spot)

    @property
    def _selected_row(self) -> DongleRow | None:
        """The selected row; without a selection None, although the details keep the previous one."""
        return self.detail.row if self.table.current() is not None else None

    def _show_hints(self) -> None:
        """Show the shortcuts that are available now."""
        handlers = self.command_handlers()
        for command_id, hint in self._hints.items():
            hint.setVisible(can_run(handlers, command_id) if command_id else bool(self.model.rows))

    def _show_timing(self) -> None:
        row = self.detail.row
        if row is not None and row.device_id is not None:
            self._context.go(f"bench/timing/{row.device_id}")

    # ---- what changes

    def _bus_load(self, row: DongleRow) -> BusLoad:
        """The load of the live bus, if it is this row's."""
        live = self._devices.live
        is_of_row = live is not None and row.device is not None and row.device.port.path == live.path
        return self._load.load if is_of_row else bus_load(None)

    def _show_load(self) -> None:
        """Repaint the load."""
        self.table.view.viewport().update()

    def _apply_filter(self) -> None:
        scope, listing = self._scope.current(), replace(self.model.listing, search=self._filter.text(), filters={})
        # Without a filter the footer counts all, not what matches.
        self.model.listing = listing if scope == "all" else replace(listing, filters={"scope": scope})

    def _enter_list(self) -> None:
        self._typing.stop()
        self._apply_filter()
        focus_list(self)

    def _show_all(self) -> None:
        self._filter.clear()
        self._scope.set_current("all")
        self._apply_filter()

    def _on_devices_changed(self) -> None:
        self._show_silent()
        self.model.refresh()
        self._simulator_changed()

    def _show_silent(self) -> None:
        """Say once of each dongle that it has stopped responding, until it does again or is unplugged."""
        silent = {one.key: one for one in self._devices.devices if one.is_silent}
        for key in silent.keys() - self._silent:
            port, problem = silent[key].port, silent[key].problem
            if problem is not None:
                self._notices.show(problem, path=port.path, device_id=silent[key].device_id, act=f"{_SILENT}.{key}")
        self._silent = silent.keys()

    def _ask_outdated(self) -> None:
        """Ask those dongles again whose row has changed since they were asked, such as from the command line."""
        for row in self.model.rows:
            if row.is_outdated and row.device is not None:
                self._devices.probe_again(row.device.port.path)

    def _show_counts(self, counts: DongleCounts) -> None:
        """Show the counts in the toolbar, the filter and the banner of new dongles."""
        total, connected = counts.total, counts.connected
        said = [_("{here} of {total} connected").format(total=total, here=connected)] if total else []
        self.toolbar.set_count(", ".join([*said, *([silent_text(counts)] if counts.silent else [])]))
        self._scope.rename("here", _("Connected {count}").format(count=connected))
        self._pair_button.set_kind("primary" if counts.new else "plain")
        self._announce(counts.new)

    def _simulator_changed(self) -> None:
        offered = self._context.workspace.location.kind == "demo" or not self._devices.devices
        # the empty list has a button of its own for it
        has_rows = self.model.rowCount() > 0 or self.model.filtered or bool(self.model.listing.search)
        self._simulate_button.setVisible(offered and has_rows and not self._devices.simulating)
        self._stop_button.setVisible(self._devices.simulating)

    def save_state(self) -> object:
        """What was typed, and the new dongles that the banner announces."""
        announces = self._context.problems.has(_NEW_DONGLE_NOTICE)
        return typed_texts(self), frozenset(self._devices.announced) if announces else frozenset()

    def restore_state(self, state: object) -> None:
        """Fill in what was typed, and announce those dongles again while they are there."""
        texts, announced = state if isinstance(state, tuple) else ({}, frozenset())
        restore_typed_texts(self, texts)
        self._devices.announced -= announced

    def _announce(self, new: tuple[DongleRow, ...]) -> None:
        """Offer to pair unpaired dongles in a banner, which is updated with the connected ones.

        It appears once for each dongle, however often that is plugged in again. Only this view shows it: it would lie
        over what others are about. In other rooms, a toast says it once.
        """
        fresh = [row for row in new if row.key not in self._devices.announced]
        self._devices.announced |= {row.key for row in new}
        problems = self._context.problems
        shown = problems.has(_NEW_DONGLE_NOTICE)
        if not new or not self._may_pair:
            problems.dismiss(_NEW_DONGLE_NOTICE)
            return
        if self._wizard is not None and not shown:  # a banner that came now would move the list
            return
        first = (fresh or new)[0].device
        if not (fresh or shown) or first is None or first.info is None:
            return
        one = (fresh or new)[0]
        what = _("New dongle on {port}: {name}.").format(port=first.port_name, name=self._name(one))
        if first.port.simulated:
            what = _("New simulated dongle: {name}.").format(name=self._name(one))
        # Of several, the wizard starts with the selected one, as the button in the toolbar does.
        act, path = _("Pair one of them"), "bench/dongles/pair"
        if len(new) == 1:
            act, path = _("Pair {name}").format(name=self._name(one)), f"{path}/{one.key}"
        organisation = self._context.actor.organisation
        why = _("Pair it so that only people in “{organisation}” can change it.")
        if self.window().width() >= theme().px("breakpoint.detail_drawer"):
            firmware = firmware_title(first.info.dialect, first.info.firmware)
            why = _("Firmware: {firmware}.").format(firmware=firmware) + " " + why
        what = what if len(new) == 1 else _("{count} new dongles found.").format(count=len(new))
        if fresh and problems.room not in ("", _ROOM):
            toast = _("{what} Pair it in Bench.") if len(new) == 1 else _("{what} Pair them in Bench.")
            problems.toast(toast.format(what=what))
        problems.notice(
            what,
            why.format(organisation=organisation)
            if len(new) == 1
            else _("Pair them so that only people in “{organisation}” can change them.").format(
                organisation=organisation
            ),
            Action(act, partial(self._context.go, path), keeps_notice=True),
            icon="bb.dongle",
            key=_NEW_DONGLE_NOTICE,
            place=f"{_ROOM}/dongles",
        )

    def _name(self, row: DongleRow) -> str:
        return self._names.name(row.device_id) if row.device_id else row.title

    def _show_row(self, row: DongleRow | None) -> None:
        self._body.show_detail(row is not None)
        if row is not None:
            self._keep_selected(row)
            self._notices.select(row.key)
            self.detail.show_row(row)
        self._show_hints()

    def _keep_selected(self, row: DongleRow) -> None:
        """Select the row's dongle in all views; a row that the list made current by itself only if no other one is
        selected, or is to be.
        """
        wanted = self._requested_key or self._selected.id
        if not self.table.moves_by_itself or row.device_id == wanted or not wanted:
            self._requested_key = ""
            is_port = not self.table.moves_by_itself and row.device is not None and row.device_id is None
            self._unanswered_port = row.device.port.path if is_port and row.device is not None else ""
            self._selected.select(row.device_id or "")
        else:
            self._requested_key = wanted  # once it is back, or has answered

    def _close_detail(self) -> None:
        with focus_told_once():  # what is hidden passes it on to a neighbour first
            self._body.show_detail(False)
            self.table.put_away()

    def _focus_row(self, row: DongleRow) -> None:
        """Show a row's details and go to them."""
        self._show_row(row)
        focus_content(self.detail)

    def _simulate(self) -> None:
        self._notices.dismiss(_SIMULATOR)
        self._simulate_button.disable(_("The simulated dongles are starting. Wait a moment."))
        self._context.tasks.run(
            self,
            lambda _progress: self._devices.start_simulator(),
            lambda _none: self._simulation_started(),
            partial(self._simulator_failed, self._simulate_button, self._simulate),
            title=_("Starting simulated dongles"),
        )

    def _simulation_started(self) -> None:
        self._simulate_button.disable("")
        text = _("Simulated dongles run until you stop them or sign out.")
        if self._context.workspace.location.kind == "demo":
            text = _("Simulated dongles run until you stop them or switch to another person.")
        self._context.problems.toast(text)

    def _stop_simulator(self) -> None:
        """Stop the simulated dongles; ask first if that ends what the user does with the bus of one."""
        live = self._devices.live
        paths = frozenset({live.path} if live is not None and self._devices.can_press(live.device_id) else ())
        stop = _("Stop simulated dongles")
        taking = Taking(_("Stopping the simulated dongles"), _("Stop recording and dongles"), stop)
        unless_in_use(self, self._devices, paths, self._end_simulator, taking)

    def _end_simulator(self) -> None:
        self._notices.dismiss(_SIMULATOR)
        self._stop_button.disable(_("The simulated dongles are stopping. Wait a moment."))
        self._devices.close_simulated_bus()
        self._context.tasks.run(
            self,
            lambda _progress: self._devices.stop_simulator(),
            lambda _none: self._stop_button.disable(""),
            partial(self._simulator_failed, self._stop_button, self._stop_simulator),
            title=_("Stopping simulated dongles"),
        )

    def _simulator_failed(self, button: Button, retry: Callable[[], None], error: AppError) -> None:
        button.disable("")
        starts = button is self._simulate_button
        self._notices.show(error, act=_SIMULATOR, retry=retry, is_over=lambda: self._devices.simulating == starts)

    def _reset_of_wizard(self, key: str) -> None:
        """Ask whether to reset the dongle that the wizard couldn't pair."""
        row = next((row for row in self.model.rows if row.key == key), None)
        if row is not None:
            self._acts.ask_reset(row)

    def _on_wizard_closed(self) -> None:
        wizard, self._wizard = self._wizard, None
        if wizard is None:
            return
        announce(self.table, wizard.closing_text, again=True)
        if wizard.paired_id:
            self.model.refresh()
            self._counter.refresh()
            self.table.view.setFocus(Qt.FocusReason.OtherFocusReason)  # what opened the wizard may be gone
            QTimer.singleShot(300, self, partial(self._select_paired, wizard.paired_id))

    def _select_paired(self, key: str) -> None:
        """Select the row of a dongle that was just paired, unless it is selected: it would be told once more."""
        if (row := self.table.current()) is None or row.key != key:
            self.table.make_current(key)


def _key_hint(keys: str, text: str, name: str) -> QWidget:
    holder = QWidget()
    holder.setObjectName(f"hint_{name}")
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 8, 0)
    line.setSpacing(6)
    line.addWidget(KeyCap(keys))
    line.addWidget(Text(text, "caption", "secondary"))
    return holder


def _why_no_dongles(*, local: bool) -> str:
    """How a dongle gets into the list; in an organisation on this computer, which begins empty, what else there is."""
    how = _("Plug in a dongle. It appears here within a second.")
    return (
        how + "\n" + _("Studio is for your data and dashboards, Admin for people and the audit log.") if local else how
    )
