"""Adds what is explored to a dashboard as a widget: the popover that asks for the dashboard, and the step there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards import favourites, library
from benchboard.dashboards.document.document import MAX_NAME, Document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, WidgetKind
from benchboard.dashboards.editing.column_filter import with_page_filters
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.library import DashboardSummary
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.ui.problems import Action
from benchboard.ui.studio.data.explore.exploration import FollowedRange
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.time_range_field import range_title
from benchboard.ui.widgets import Button, CheckBox, Edit, Field, Paragraph, Popover, Text, heading, scroll_area
from benchboard.ui.widgets.accessible import announce, choice_of_several
from benchboard.ui.widgets.fields import is_plain_key
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.layout_items import contents
from benchboard.ui.widgets.no_match import TellsWhenTyped
from benchboard.ui.widgets.popover import is_accepting

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_WIDTH: Final = 320
_LIST_HEIGHT: Final = 200
_SHORT_LIST_HEIGHT: Final = 120
"""With the field for a new dashboard's name below it."""
_LISTED: Final = 50
_RING: Final = 3
"""Pixels around the rows for the focus ring, which the list would cut off."""
_COLUMNS: Final = 12
Noted = Callable[[Callable[[], None], str], Callable[[], None]]
"""Told what undoes an addition, and what its toast says. Returns what to call once it is undone."""


@runtime_checkable
class LoadingPage(Protocol):
    """The page of a dashboard."""

    editor: Editor

    def when_loaded(self, action: Callable[[], object]) -> None: ...


@runtime_checkable
class HasPages(Protocol):
    """The view with the pages of dashboards."""

    def page_of(self, dashboard_id: str) -> LoadingPage: ...


class AddToDashboard(Popover):
    """A title for the widget, and the dashboards that the user may edit, or a new one."""

    def __init__(
        self,
        context: "Context",
        anchor: QWidget,
        *,
        title: str,
        kind: WidgetKind,
        query: str,
        source_id: str,
        source_name: str = "",
        shown: TimeRange | None = None,
        followed: FollowedRange | None = None,
        config: Mapping[str, object] | None = None,
        noted: "Noted | None" = None,
    ) -> None:
        """`config`: its settings; `source_name`: of the data source, for a new dashboard's name; `shown`: the time
        range that the query names, for a new dashboard; `followed`: the query as one that names a time range, if it
        names none; `noted`: told of the addition."""
        super().__init__(anchor, width=_WIDTH, name="add_to_dashboard")
        self._noted = noted
        self._context, self._kind, self._query, self._source_id = context, kind, query, source_id
        self._config = dict(config or {})
        self._source_name, self._time_range, self._followed = source_name, shown, followed
        self._found: Sequence[DashboardSummary] | None = None
        self._warned_of = ""
        """The name that exists already, as the warning says."""
        self._marked = 0
        """The place of what Enter in the search does: in the list of pages, or past it to make a dashboard."""
        self._make_parts(title)
        self._show()
        actor = context.actor
        context.tasks.read(self, lambda session: _dashboards(session, actor), self._listed, self._failed)

    def _make_parts(self, title: str) -> None:
        self._title = Field(_("Widget title"), Edit(name="add_title"))
        self._title.edit.setMaxLength(MAX_TITLE)
        self._title.edit.setText(title)
        self._title.edit.setCursorPosition(0)  # its beginning is shown
        self._search = _Search(
            placeholder=_("Find a dashboard"), icon="ph.magnifying-glass", clear=True, name="add_search"
        )
        self._search.textChanged.connect(self._show)
        self._search.stepped.connect(self._step)
        self._tell = TellsWhenTyped(self._search)
        self._search.returnPressed.connect(self._take_found)
        self._follows = CheckBox(_("Follow the dashboard's time range"))
        self._follows.setObjectName("add_follows_time")
        self._follows.setChecked(self._followed is not None)
        if self._followed is None:
            self._follows.hide()
        if self._followed is not None:
            tip = _("Shows the rows whose “{column}” is within the time range of the dashboard.")
            self._follows.setToolTip(plain_tooltip(tip.format(column=self._followed.column)))
        self._list = QWidget()
        self._list.setProperty("plain", True)
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(_RING, _RING, _RING, _RING)
        self._rows.setSpacing(2)
        self._area = scroll_area(self._list)
        self._area.setFixedHeight(_LIST_HEIGHT)
        self._name = Field(_("Name of the new dashboard"), _EnterEdit(name="add_name"), lines=1)
        self._name.edit.setMaxLength(MAX_NAME)
        self._name.edit.textEdited.connect(lambda _text: self._clear_warning())
        self._name.edit.returnPressed.connect(self._check_name)
        self._name.hide()
        self._warning = Paragraph("", "caption", "warn")
        self._warning.setObjectName("add_same_name")
        self._warning.hide()
        self._new = Button(_("New dashboard"), self._press_new, icon="ph.plus", size="sm", name="add_new_dashboard")
        self.column.addWidget(heading(_("Add to dashboard")))
        for part in (self._title, self._follows, self._search, self._area, self._name, self._warning, self._new):
            self.column.addWidget(part)

    def open(self) -> None:
        super().open()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _listed(self, found: Sequence[DashboardSummary]) -> None:
        self._found = by_last_use([one for one in found if one.level != "view"])
        self._show()

    def _failed(self, error: AppError) -> None:
        self.close()
        self._context.problems.show(error)

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        wanted = self._search.text().strip().casefold()
        found = [one for one in self._found or () if wanted in one.name.casefold()]
        home = _("Home")
        finds_home = self._found is not None and wanted in home.casefold()
        if finds_home:
            button = _PageButton(home, self._add_home, kind="quiet", size="sm", icon="ph.house", name="add_home")
            self._rows.addWidget(button)
        for one in found:
            button = _PageButton(
                one.name, partial(self._add, one.id, one.name), kind="quiet", size="sm", icon="ph.squares-four",
                name="add_dashboard",
            )  # fmt: skip
            button.setProperty("page", one.id)
            self._rows.addWidget(button)
        if self._found is not None and not found and not (finds_home and wanted):
            text = (
                _("No dashboard has this name.")
                if self._found
                else _("Only your home page so far. Choose New dashboard to make another.")
            )
            self._rows.addWidget(Paragraph(text, "caption", "muted"))
        elif self._found is None:
            self._rows.addWidget(Text("", "caption", "muted"))
        self._rows.addStretch(1)
        pages = self._pages()
        counted = ngettext("{count} dashboard", "{count} dashboards", len(pages)).format(count=number(len(pages)))
        self._tell.tell(counted if pages else _("No dashboard has this name."))
        self._mark(next((at for at, one in enumerate(pages) if wanted or self._is_last_used(one)), len(pages)))

    def _pages(self) -> list[Button]:
        """The pages that are listed, Home among them."""
        return [widget for widget in contents(self._rows) if isinstance(widget, Button)]

    def _is_last_used(self, button: Button) -> bool:
        """Whether this is the row of the dashboard that was opened last, if any was."""
        last = self._found[0] if self._found else None
        return last is not None and last.opened_at is not None and button.property("page") == last.id

    def _mark(self, place: int) -> None:
        """Highlight the page that Enter in the search adds to, or the button that makes a dashboard."""
        pages = self._pages()
        self._marked = max(0, min(place, len(pages)))
        for at, button in enumerate(pages):
            button.setChecked(at == self._marked)
        makes = self._found is not None and self._marked == len(pages)
        self._new.set_kind("primary" if makes else "plain")
        chosen = self._new if makes else pages[self._marked] if self._marked < len(pages) else None
        if chosen is not None:
            self._search.setAccessibleDescription(chosen.text())
        if chosen is not None and not makes:
            self._area.ensureWidgetVisible(chosen, 0, _RING)

    def _step(self, by: int) -> None:
        self._mark(self._marked + by)

    def _take_found(self) -> None:
        """Enter in the search adds to the page that is highlighted, or makes a dashboard."""
        pages = self._pages()
        if self._marked < len(pages):
            pages[self._marked].click()
        elif self._found is not None:
            self._press_new()

    def accept(self) -> None:
        """Ctrl+Enter: what Enter in the search does, or once a name is asked for, in its field."""
        if self._name.isVisible():
            self._check_name()
        else:
            self._take_found()

    def _widget_title(self) -> str:
        return " ".join(self._title.text().split())

    def _press_new(self) -> None:
        if self._name.isVisible():
            self._check_name()
        else:
            self._ask_name()

    def _ask_name(self) -> None:
        self._area.setFixedHeight(_SHORT_LIST_HEIGHT)
        self._name.edit.setText(self._free_name())
        self._name.show()
        self._new.set_title(_("Create dashboard"))
        self.move_into_place()
        self._name.edit.selectAll()
        self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _free_name(self) -> str:
        """A name that no dashboard in the list has: that of the data source, else of the widget."""
        first = self._source_name or self._widget_title() or _(self._kind.title)
        taken = {one.name.casefold() for one in self._found or ()}
        names = (f"{first} {count}" if count > 1 else first for count in range(1, len(taken) + 2))
        return next(name for name in names if name.casefold() not in taken)

    def _new_name(self) -> str:
        return " ".join(self._name.text().split())

    def _check_name(self) -> None:
        """Make a dashboard, after a warning if there is one of this name."""
        name, actor = self._new_name(), self._context.actor
        if not name:
            self._name.set_error(_("Enter a name."))
            self.move_into_place()
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._warned_of == name:
            self._create()
            return

        def find(session: "DatabaseSession") -> DashboardSummary | None:
            found = library.list_dashboards(session, actor, Listing(search=name), limit=_LISTED).rows
            return next((one for one in found if one.name.casefold() == name.casefold()), None)

        def show(found: DashboardSummary | None) -> None:
            if found is None:
                self._create()
                return
            self._warned_of = name
            text = _("There's already a dashboard “{name}”. Choose it above, or create another one of this name.")
            self._warning.setText(text.format(name=found.name))
            self._warning.show()
            self._new.set_title(_("Create another one"))
            self.move_into_place()
            announce(self, self._warning.text())

        self._context.tasks.read(self, find, show, self._failed)

    def _clear_warning(self) -> None:
        self._warned_of = ""
        self._warning.hide()
        self._name.set_error("")
        self._new.set_title(_("Create dashboard"))

    def _create(self) -> None:
        title, actor = self._new_name(), self._context.actor
        document = Document(Layout.of(_COLUMNS, ()), title, time=self._shown_range())
        self._context.tasks.change(
            self,
            lambda session: library.create(session, actor, document),
            lambda made: self._add(made.card.id, made.card.name),
        )

    def _add(self, dashboard_id: str, name: str) -> None:
        self.close()
        add_widget(self._context, dashboard_id, name, self._kind, self._fields(), self._shown_range(), self._noted)

    def _add_home(self) -> None:
        self.close()
        page = self._context.view("studio/home")
        if isinstance(page, LoadingPage):
            _add_to_page(self._context, page, _("Home"), "studio/home", self._kind, self._fields(), self._shown_range(),
                         self._noted)  # fmt: skip

    def _followed_range(self) -> FollowedRange | None:
        return self._followed if self._follows.isChecked() else None

    def _shown_range(self) -> TimeRange | None:
        """The time range that the widget is explored in; None if its query names none."""
        followed = self._followed_range()
        return followed.shown if followed is not None else self._time_range

    def _fields(self) -> dict[str, object]:
        followed = self._followed_range()
        query = followed.query if followed is not None else self._query
        source_id, config = self._source_id or None, self._config or None
        return {"title": self._widget_title(), "query": query, "data_source_id": source_id, "config": config}


def by_last_use(found: Sequence[DashboardSummary]) -> list[DashboardSummary]:
    """The dashboards with the one first that the user opened last; those never opened follow in their order."""
    opened = [(one.opened_at, one) for one in found if one.opened_at is not None]
    opened.sort(key=lambda each: each[0], reverse=True)
    return [*(one for _at, one in opened), *(one for one in found if one.opened_at is None)]


def _dashboards(session: "DatabaseSession", actor: Actor) -> list[DashboardSummary]:
    """The dashboards that were changed last, and those that the user opened last."""
    listings = (Listing(), Listing(filters={"which": "recent"}))
    found = (one for listing in listings
             for one in library.list_dashboards(session, actor, listing, limit=_LISTED).rows)  # fmt: skip
    return list({one.id: one for one in found}.values())


class _PageButton(Button):
    """A page in the list, highlighted while Enter in the search adds to it."""

    def __init__(self, title: str, run: Callable[[], object], **look: Any) -> None:
        super().__init__(title, run, **look)
        self.setProperty("section", "true")
        self.setCheckable(True)
        choice_of_several(self)

    def nextCheckState(self) -> None:
        """Keep the highlight where it is."""


class _EnterEdit(Edit):
    """A field whose Enter does something: Ctrl+Enter is left to the popover, which would do it a second time."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_accepting(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Search(_EnterEdit):
    """The search, in which Up and Down move the highlight in the list below."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_plain_key(event, Qt.Key.Key_Down):
            self.stepped.emit(1)
        elif is_plain_key(event, Qt.Key.Key_Up):
            self.stepped.emit(-1)
        else:
            super().keyPressEvent(event)


def add_widget(
    context: "Context",
    dashboard_id: str,
    name: str,
    kind: WidgetKind,
    fields: Mapping[str, object],
    time: TimeRange | None = None,
    noted: Noted | None = None,
) -> None:
    """Add a widget to a dashboard in its page, which is opened behind the present view: there it can be undone."""
    view = context.view("studio/dashboards")
    if not isinstance(view, HasPages):
        return
    address = f"studio/dashboards/{dashboard_id}"
    _add_to_page(context, view.page_of(dashboard_id), name, address, kind, fields, time, noted)
    actor = context.actor
    context.tasks.change(
        view,
        lambda session: favourites.record_opening(session, actor, dashboard_id),
        lambda _done: None,
        lambda _error: None,  # the page itself says if the database can't be used
    )


def _add_to_page(
    context: "Context",
    page: LoadingPage,
    name: str,
    address: str,
    kind: WidgetKind,
    fields: Mapping[str, object],
    time: TimeRange | None,
    noted: Noted | None,
) -> None:
    """Add a widget to a page once it is loaded, and offer to go to its `address`. A page without a time range gets
    `time`, which is said; the widget gets those of the page's filters whose columns it has."""

    def add(sources: tuple[BrowsedSource, ...] = ()) -> None:
        if page.editor.read_only:
            context.problems.refuse(page.editor.read_only_reason)
            return
        kept = {key: value for key, value in fields.items() if value is not None}
        query, source_id = str(kept.get("query", "")), str(kept.get("data_source_id", ""))
        kept["query"], filters = with_page_filters(page.editor.document, query, source_id, sources)
        before = page.editor.document.time
        added = page.editor.add_with(kind, time, **kept)
        if added not in page.editor.page.paths:
            return  # the editor said why
        go = partial(context.go, f"{address}/show/{added}")
        said = _("Added to “{name}”.").format(name=name)
        if time is not None and page.editor.time_range != time:
            said += " " + _("It shows the dashboard's time range there: {range}.").format(
                range=range_title(page.editor.time_range)
            )
        elif time is not None and page.editor.document.time != before:
            said += " " + _("The dashboard now shows: {range}.").format(range=range_title(time))
        if filters:
            said += " " + _("It is filtered by {names} there.").format(names=", ".join(filters))
        last = page.editor.undo_stack.undo_of_last()

        def undo() -> None:
            context.problems.withdraw(said)
            forget()
            last()
            if added in page.editor.page.paths:
                context.problems.refuse(_("“{name}” has been changed since.").format(name=name))
            else:
                context.problems.toast(_("Removed from “{name}”.").format(name=name))

        forget = noted(undo, said) if noted is not None else lambda: None
        context.problems.toast(said, undo, action=Action(_("Open dashboard"), go))

    def read() -> None:
        actor = context.actor
        context.tasks.read(page.editor, lambda session: list_tables(session, actor), add, lambda _error: add())

    page.when_loaded(read)
