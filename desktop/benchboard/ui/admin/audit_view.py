"""The audit log: who did what, when and from where."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity import audit, users
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_counts import CountsOverTime, count_entries_over_time
from benchboard.identity.audit_export import ExportForm, export_entries, record_export
from benchboard.identity.audit_periods import PERIODS, period_range, read_moment
from benchboard.identity.event_titles import event_title, known_events
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page, Scalar
from benchboard.ui.admin.admin_commands import SESSION_MENU
from benchboard.ui.admin.audit_columns import entry_columns
from benchboard.ui.admin.audit_counts_strip import AuditCountsStrip, range_text
from benchboard.ui.admin.audit_details import object_title
from benchboard.ui.admin.audit_entry_pane import AuditEntryPane
from benchboard.ui.admin.audit_filter_chips import AuditFilterChips
from benchboard.ui.admin.audit_period import DaysPicker, PeriodSelect
from benchboard.ui.admin.audit_seal_strip import AuditSealStrip
from benchboard.ui.admin.person_select import PersonSelect
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession, Progress
from benchboard.ui.time_format import day_and_time, refresh_times, time_of_day
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    EmptyState,
    MenuItem,
    Select,
    Toolbar,
    fill_column,
    menu,
    search_field,
)
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.window_commands import LIST, LIST_UNDO, undo_handlers

_REFUSED = "refused"
"""Chosen among the events: none of them, but what became of them."""
_FILTER_WIDTH = 220
_FEWEST_PERIODS = 2
"""A chart of fewer would be a single block."""
_LINKED_DIGITS: Final = 8


class AuditView(QWidget):
    """Address: `admin/audit`, or `admin/audit/<id>` for the entries by or about one person; with filters as
    `admin/audit/?event=…&period=…`: `search`, `event`, `result`, `type`, `object`, `period` or `since` and `until`, as
    `benchboard audit list` calls them; `admin/audit/!verify` verifies the log.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._model: PagedTableModel[AuditEntry] = PagedTableModel(
            context.tasks, self._fetch, entry_columns(self._when_text), self, repeats=audit.repeats
        )
        self._toolbar = Toolbar(_("Audit log"))
        self._search = search_field(
            self, "audit_search", _("Person, event or object"), self._searched, label=_("Filter events")
        )
        self._event = Select(
            [
                ("", _("All events")),
                (_REFUSED, _("Only what was refused")),
                *((event, event_title(event)) for event in known_events()),
            ],
            name="audit_event",
            label=_("Event"),
        )
        self._event.setMaximumWidth(_FILTER_WIDTH)  # the longest title would take a third of the toolbar
        self._event.currentIndexChanged.connect(self._filter)
        self._person = PersonSelect(context)
        self._person.currentIndexChanged.connect(self._filter)
        self._period = PeriodSelect(self._ask_days)
        self._period.activated.connect(self._choose_period)
        for widget in (self._search, self._event, self._person, self._period):
            self._toolbar.add(widget)
        export = Button(_("Export"), self._ask_export, icon="ph.download-simple", menu=True, name="audit_export")
        self._export_button = export
        self._toolbar.add_right(export)
        self._toolbar.shorten(export)
        self._table: PagedTable[AuditEntry] = PagedTable(
            self._model,
            label=_("Audit log"),
            name="audit_table",
            empty=EmptyState(
                "ph.list-magnifying-glass",
                _("No audit log entries yet"),
                why=_("Sign-ins and changes are listed here."),
            ),
            no_match=NoMatch(pgettext("no match", "audit log entries"), self._show_all, self._filter_names),
            ticks=False,
            row_height="compact",
            day=lambda entry: entry.at,
        )
        self._strip = AuditCountsStrip()
        self._strip.narrowed.connect(self._narrow)
        self._strip.widened.connect(self._widen)
        self._range: tuple[datetime | None, datetime | None] | None = None
        self._object: AuditEntry | None = None
        """The entry about whose object the list is."""
        self._linked: dict[str, Scalar] = {}
        """The filters of a link that names an object by its ID."""
        self._chips = AuditFilterChips(self._table.view)
        self._chips.period_removed.connect(self._widen)
        self._chips.object_removed.connect(self._show_all_objects)
        self._chips.entry_removed.connect(self._show_all_entries)
        self._only: tuple[str, str] | None = None
        """The one entry that is shown: its ID, and how its chip calls it."""
        self._seals = AuditSealStrip(context)
        self._seals.entry_requested.connect(self.show_only)
        self._chips.cleared.connect(self._show_all)
        self._detail = AuditEntryPane(context)
        self._body = Drawer(self._table, self._detail)
        self._body.covers.connect(self._table.set_covered)
        self.banner_place = BannerPlace()
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        fill_column(self, self._toolbar, self.banner_place, self._seals, self._strip, self._chips, self._body)
        self.setFocusProxy(self._table.view)
        self._model.loaded.connect(self._loaded)
        self._table.current_changed.connect(self._show_entry)
        self._table.activated.connect(self._focus_entry)
        self._table.menu_requested.connect(self._open_menu)
        self._detail.closed.connect(self._close_detail)
        self._detail.history_requested.connect(self.show_object)
        refresh_times(self._table.view.viewport(), self._detail.refresh_time)
        context.changed.watch(self, {"audit_logs"}, self._refresh)
        self._set_listing(Listing(sort="at", descending=True))

    def _loaded(self) -> None:
        self._body.keep_place(bool(self._model.rows))
        if self._only is not None:
            self._table.make_current(self._only[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves one level: it closes the details, then shows the entries that chips leave out."""
        if event.key() != Qt.Key.Key_Escape or event.modifiers():
            super().keyPressEvent(event)
        elif self._detail.isVisible():
            self._close_detail()
        elif self._range is not None or self._object is not None or self._only is not None:
            removed = ", ".join(text for text in self._chip_texts() if text)
            self._range = self._object = self._only = None
            self._period.set_current_key("")
            self._filter()
            announce(self, _("Filter removed: {values}").format(values=removed), again=True)
            self._table.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        shown = [self._chips] if self._chips.isVisible() else []
        return [
            self._toolbar,
            self._seals,
            *([self._strip] if self._strip.isVisible() else []),
            *shown,
            self._table,
            *([self._detail] if self._detail.isVisible() else []),
        ]

    def open_route(self, rest: str) -> None:
        """Filter the list by one person, or by what a link says: see `AuditView`."""
        if rest == "!verify":
            self._seals.verify()
            return
        person_id, _mark, query = rest.partition("?")
        if query:
            self._show_all()
            self._open_query(dict(parse_qsl(query)))
        if person_id := person_id.strip("/"):
            self._context.tasks.read(
                self, lambda session: users.get_person(session, self._context.actor, person_id), self._filter_by_person
            )

    def _open_query(self, wanted: Mapping[str, str]) -> None:
        """Narrow the list as a link says; what this version doesn't know is left out."""
        self._search.setText(wanted.get("search", ""))
        event = _REFUSED if wanted.get("result") == _REFUSED else wanted.get("event", "")
        self._event.set_current_key(event if self._event.findData(event) >= 0 else "")
        if wanted.get("period") in PERIODS:
            self._period.set_current_key(wanted["period"])
            self._choose_period()
        elif days := _days(wanted):
            self._show_days(*days)
        if object_id := wanted.get("object"):
            self._linked = {"resource_id": object_id}
            if kind := wanted.get("type"):
                self._linked["resource_type"] = kind
        self._filter()

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[AuditEntry]:
        return audit.list_entries(session, self._context.actor, listing, after=after, limit=limit)

    def _when_text(self, entry: AuditEntry) -> str:
        """When it was: with its day where no heading above the row says it."""
        return time_of_day(entry.at) if self._model.listing.sort == "at" else day_and_time(entry.at)

    def _refresh(self) -> None:
        self._model.refresh()
        self._count()

    def _set_listing(self, listing: Listing) -> None:
        self._chips.show_filters(*self._chip_texts(), filtered=bool(listing.filters))
        self._model.listing = listing
        self._count()

    def _count(self) -> None:
        """Show how many entries the list has, loaded or not, and how many in each period; of one period, no bars."""
        actor, listing = self._context.actor, self._model.listing

        def show(counts: CountsOverTime) -> None:
            now = self._model.listing
            if (listing.search, listing.filters) == (now.search, now.filters):  # no later search
                if len(counts.periods) < _FEWEST_PERIODS and self._strip.bars.hasFocus():
                    self._table.view.setFocus(Qt.FocusReason.OtherFocusReason)
                total = sum(period.count for period in counts.periods)
                self._toolbar.set_count(number(total) if total else "")
                self._strip.show_counts(counts)
                self._strip.setVisible(len(counts.periods) >= _FEWEST_PERIODS)

        self._context.tasks.read(
            self, lambda session: count_entries_over_time(session, actor, listing), show, lambda _error: None
        )

    def _searched(self, text: str) -> None:
        self._set_listing(replace(self._model.listing, search=text.strip()))

    def _filter(self) -> None:
        event = self._event.current_key()
        selected = {"result" if event == _REFUSED else "event": event, "person": self._person.current_key()}
        filters: dict[str, Scalar] = {key: value for key, value in selected.items() if value}
        filters |= self._linked
        if self._object is not None:
            filters |= {"resource_type": self._object.resource_type, "resource_id": self._object.resource_id or ""}
        if self._only is not None:
            filters |= {"id": self._only[0]}
        if self._range is not None:
            for name, time in zip(("since", "until"), self._range, strict=True):
                filters |= {name: time.astimezone(UTC).isoformat()} if time is not None else {}
        self._set_listing(replace(self._model.listing, filters=filters))

    def show_object(self, entry: AuditEntry) -> None:
        """Show only the entries about the same object as this one."""
        self._object, self._linked = entry, {}
        self._filter()

    def show_only(self, entry_id: str, place: int | None) -> None:
        """Show only the entry with this ID, which is the organisation's `place`-th."""
        named = _("Entry {number}").format(number=number(place)) if place is not None else _("Entry without a seal")
        self._show_all()
        self._only = (entry_id, named)
        self._filter()

    def _show_all_entries(self) -> None:
        self._only = None
        self._filter()

    def _show_all_objects(self) -> None:
        self._object, self._linked = None, {}
        self._filter()

    def _narrow(self, start: datetime, end: datetime) -> None:
        """Show only the entries of a period."""
        self._show_days(start, end)
        self._filter()

    def _show_days(self, first: datetime | None, last: datetime | None) -> None:
        self._range = (first, last)
        self._period.show_other()

    def _choose_period(self) -> None:
        """Show the entries of the period that was chosen by name, or of all times."""
        if period := self._period.chosen_period():
            self._range = period_range(period, datetime.now(UTC))
            self._filter()
        elif not self._period.current_key():
            self._widen()

    def _ask_days(self) -> None:
        picker = DaysPicker(self._period, self._choose_days)
        picker.closed.connect(self._keep_period)
        picker.open()

    def _keep_period(self) -> None:
        """Nothing was chosen: all times, if no days are."""
        if self._range is None:
            self._period.set_current_key("")

    def _choose_days(self, first: datetime | None, last: datetime | None) -> None:
        if first is None and last is None:
            self._widen()
            return
        self._show_days(first, last)
        self._filter()

    def _widen(self) -> None:
        """Show the entries of all times."""
        self._period.set_current_key("")
        if self._range is not None:
            self._range = None
            self._filter()

    def _filter_by_person(self, person: Person) -> None:
        self._person.choose(person)
        self._table.view.setFocus()

    def _filter_names(self) -> list[str]:
        names = [one.currentText() for one in (self._event, self._person) if one.current_key()]
        return [*names, *(text for text in self._chip_texts() if text)]

    def _chip_texts(self) -> tuple[str, str, str]:
        """The period, the object and the entry that the list is narrowed to; empty without one."""
        period = range_text(*self._range) if self._range is not None else ""
        linked = str(self._linked.get("resource_id", ""))[:_LINKED_DIGITS]
        about = object_title(self._object) if self._object is not None else linked
        return period, about, self._only[1] if self._only is not None else ""

    def _show_all(self) -> None:
        self._search.clear()
        self._event.set_current_key("")
        self._person.set_current_key("")
        self._period.set_current_key("")
        self._range = None
        self._object, self._linked = None, {}
        self._only = None
        self._set_listing(replace(self._model.listing, search="", filters={}))

    def _show_entry(self, entry: AuditEntry | None) -> None:
        if entry is not None:
            self._detail.show_entry(entry)
        self._body.show_detail(entry is not None)

    def _focus_entry(self, entry: AuditEntry) -> None:
        self._show_entry(entry)
        focus_content(self._detail)

    def _open_menu(self, entry: AuditEntry, spot: QPoint) -> None:
        """Open the context menu of a row; there is none of what the program itself did."""
        if entry.user_id is not None:
            go = Handler(partial(self._context.go, f"admin/people/{entry.user_id}"))
            command_menu(
                self, SESSION_MENU, {"admin.show_person": go}, scope=LIST, label=_("Actions"), name="audit_menu"
            ).popup(spot)

    def _close_detail(self) -> None:
        self._body.show_detail(False)
        self._table.put_away()

    def _ask_export(self) -> None:
        """Ask for the form of the file."""
        forms: tuple[tuple[ExportForm, str], ...] = (("csv", _("CSV, for spreadsheets")), ("json", _("JSON")))
        items = [MenuItem(title, partial(self._export, form), name=f"audit_export_{form}") for form, title in forms]
        menu(self._export_button, items, name="audit_export_menu")

    def _export(self, form: ExportForm) -> None:
        """Write all entries that match the filter, in the order on screen; recorded before it is."""
        context, listing, name = self._context, self._model.listing, _("audit-log")

        def encode(progress: Progress) -> tuple[bytes, int]:
            def report(count: int) -> None:
                progress.report(count, None, _("{count} rows").format(count=number(count)))
                progress.check()

            with context.database.read() as session:
                content, count = export_entries(session, context.actor, listing, form, report)
            with context.database.change() as session:
                record_export(session, context.actor, listing, form, count)
            return content, count

        def write(path: Path) -> None:
            def saved(rows: int) -> str:
                sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", rows)
                return sentence.format(count=rows, file=path.name)

            save_file(context, self, path, encode, saved=saved)

        ask_file(
            self,
            _("Export the audit log"),
            f"{name}.{form}",
            form.upper(),
            write,
            dialog_name="export_dialog",
        )


def _days(wanted: Mapping[str, str]) -> tuple[datetime | None, datetime | None] | None:
    """The days that a link names; None without any, or for what is none."""
    try:
        since, until = wanted.get("since"), wanted.get("until")
        first = read_moment(since, "since") if since else None
        last = read_moment(until, "until", whole_day=True) if until else None
    except Invalid:
        return None
    return (first, last) if first is not None or last is not None else None
