"""A page of Studio: palette, toolbar, canvas and inspector around one editor."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.dashboards.editing.drafts import JSON
from benchboard.dashboards.editing.save_machine import SaveState
from benchboard.dashboards.open_tabs import OpenTab
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.sections import PageItem, PendingConflict
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.context_menu import ContextMenu
from benchboard.ui.studio.canvas.device_preview import DevicePreview
from benchboard.ui.studio.canvas.enlarged_widget import EnlargedWidget
from benchboard.ui.studio.canvas.image_import import ImageImport
from benchboard.ui.studio.canvas.key_commands import KeyCommands
from benchboard.ui.studio.canvas.presentation_mode import PresentationMode
from benchboard.ui.studio.canvas.scene import accessibility
from benchboard.ui.studio.cross_page_undo import CrossPageUndo, Direction
from benchboard.ui.studio.dashboard_links import DashboardLinks
from benchboard.ui.studio.data_access import may_add_data, widget_data, widgets_denied
from benchboard.ui.studio.document.document_store import DocumentStore
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.filter_news import FilterNews
from benchboard.ui.studio.import_export.data_export import ask_and_export_data, copy_widget_data, copy_widget_picture
from benchboard.ui.studio.library.shown_data import ShownDataStore
from benchboard.ui.studio.library.trash_watcher import TrashWatcher
from benchboard.ui.studio.page_filters import PageFilters
from benchboard.ui.studio.page_presence import PagePresence
from benchboard.ui.studio.page_screens import PageScreens
from benchboard.ui.studio.panes.empty_page import EmptyPageNotice
from benchboard.ui.studio.panes.fields_row import FieldsRow
from benchboard.ui.studio.panes.inspector import Inspector
from benchboard.ui.studio.panes.json_view import JsonView
from benchboard.ui.studio.panes.loading_cover import LoadingCover
from benchboard.ui.studio.panes.minimap import Minimap
from benchboard.ui.studio.panes.no_rows_bar import NoRowsBar
from benchboard.ui.studio.panes.outline_pane import OutlinePane
from benchboard.ui.studio.panes.point_selection_bar import PointSelectionBar
from benchboard.ui.studio.panes.read_only_bar import ReadOnlyBar
from benchboard.ui.studio.panes.repeats_toggle import RepeatsToggle
from benchboard.ui.studio.panes.side_panes import Side, SidePanes
from benchboard.ui.studio.panes.sidebar import Sidebar
from benchboard.ui.studio.panes.toolbar import PageToolbar, broken_text, saved_text, undrawn_text
from benchboard.ui.studio.panes.variables_bar import Place, VariablesBar
from benchboard.ui.studio.panes.widget_finder import WidgetFinder, find_widgets
from benchboard.ui.studio.panes.widget_palette import WidgetPalette
from benchboard.ui.studio.point_actions import PointActions
from benchboard.ui.studio.presentation import PresentationDisplay
from benchboard.ui.studio.remote_changes import RemoteChangeNotice
from benchboard.ui.studio.starting_data import StartingData
from benchboard.ui.studio.studio_commands import PAGE
from benchboard.ui.studio.tiles.auto_refresh import AutoRefresh
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.variable_options import VariableQueryRunner
from benchboard.ui.studio.widget_data_actions import WidgetDataActions
from benchboard.ui.studio.widget_question import WidgetBuilder
from benchboard.ui.widgets.accessible import announce, focus_told_once
from benchboard.ui.widgets.after_paint import AfterPaint
from benchboard.ui.widgets.banners import BannerPlace
from benchboard.ui.widgets.stack_pages import add_page

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class CommandRunner(Protocol):
    """Runs the commands of a page."""

    def run(self, command_id: str) -> None:
        """Run a command, or show why it can't be run on this page."""

    def handlers(self) -> Handlers:
        """The commands that are available on the page now."""

    def announce_outdated(self) -> None:
        """After the refresh that follows, say of which files the widgets show an older copy."""

    def offer_variables_draft(self) -> None:
        """Show a notice about a recovered draft of the variables, with an action that opens it."""


class StudioPage(QWidget):
    """One dashboard, to view and edit: the user's home layout, or one of the dashboards."""

    unsaved_changed = Signal()
    name_changed = Signal(str)
    presenting_changed = Signal(bool)
    banner_place_changed = Signal()

    def __init__(
        self,
        context: "Context",
        store: DocumentStore,
        commands: "Callable[[Context, StudioPage], CommandRunner]",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        accessibility.install()
        self._context, self.store = context, store
        self._cross_page_undo = CrossPageUndo.of(context)
        self._tells_saved = False
        """Whether a screen reader is told when the page is stored: after Ctrl+S, and where it couldn't be stored."""
        self._scrolled_before: dict[int, QPoint] = {}
        """Where the page was scrolled to before a widget was added, by the number of that step."""
        # Widgets are nested before they are filled: reparenting a filled one later styles it twice.
        self._desk = QWidget(self)
        self._middle = QStackedWidget(self._desk)
        self.side_panes = SidePanes(context, self._middle)
        self.editor = Editor(self)
        self.variable_runner = VariableQueryRunner(context, self.editor, self)
        self.query_runner = WidgetQueryRunner(context, self.editor, self)
        self.saving = Saving(context, self.editor, store, self)
        if store.dashboard_id is not None:
            ShownDataStore.of(context).watch(store.dashboard_id, self.editor, self.query_runner)
        self.starting_data = StartingData(context, self.editor, self.query_runner, self)
        TrashWatcher(context, store, self.saving)
        self.canvas = Canvas(self.editor, self.query_runner)
        if store.dashboard_id is None:
            self.canvas.name_without_title = _("Home")
        self.canvas.keyboard.commands = KeyCommands(self.canvas)
        ContextMenu(self.canvas)
        self._data_actions = WidgetDataActions(
            context, self.canvas, lambda item_id: context.go(f"{self._address}/show/{item_id}")
        )
        self.links = DashboardLinks(context, self.canvas, store.dashboard_id, lambda: self.inspector)
        self.point_actions = PointActions(context, self.canvas, self.links)
        self.point_selections = PointSelectionBar(self.editor, self.canvas)
        self.inspector = Inspector(
            context,
            self.editor,
            self.query_runner,
            self.command_handlers,
            partial(WidgetBuilder, context, self.editor),
            self.side_panes,
        )
        self.inspector.command_requested.connect(self.run)
        self.inspector.left.connect(lambda: self.canvas.setFocus(Qt.FocusReason.OtherFocusReason))
        self.sidebar = Sidebar(self.side_panes)
        self.palette_pane = WidgetPalette(self.canvas, widgets_denied(context.actor), self.sidebar.stack)
        self.palette_pane.add_requested.connect(self.add)
        self.editor.rejected.connect(context.problems.show)
        self.editor.message_shown.connect(lambda text, warns: context.problems.toast(text, warning=warns))
        self.canvas.edit_requested.connect(lambda _id: self._edit(self.inspector.edit_query))
        self.canvas.data_requested.connect(self._give_data)
        self.canvas.rename_requested.connect(lambda part: self._edit(partial(self.inspector.edit_name, part)))
        self.canvas.repeat_requested.connect(lambda _id: self._edit(self.inspector.edit_repeat))
        self.canvas.data_export_requested.connect(partial(ask_and_export_data, context, self.canvas))
        self.canvas.data_copy_requested.connect(partial(copy_widget_data, context, self.canvas))
        self.canvas.picture_copy_requested.connect(
            partial(copy_widget_picture, context, self.canvas, self.query_runner)
        )
        self.images = ImageImport(context, self.canvas)
        self.canvas.rejected.connect(context.problems.refuse)
        self.canvas.drop_target_changed.connect(self.inspector.show_drop_target)
        self.device = DevicePreview(self.canvas, self.side_panes)
        self.device.needed_width_changed.connect(self.side_panes.need_width)
        self.json_view = JsonView(context, self.editor, self.side_panes)
        self.outline = OutlinePane(self.canvas, self.sidebar.stack)
        self.sidebar.hold(self.palette_pane, self.outline, Minimap(self.canvas, self.sidebar))
        self.dashboard_handlers: Callable[[], Handlers] = dict
        """The commands for the page's dashboard as a whole, those of its row in the list; none for the home page."""
        shared = store.dashboard_id is not None
        self.bar = PageToolbar(self.run, self.command_handlers, shared=shared, parent=self._desk)
        self.variables = VariablesBar(self.editor, self.variable_runner, self._desk)
        self.auto_refresh = AutoRefresh(self, self.editor, self.query_runner, context.changed)
        FilterNews(self, self.editor, self.query_runner)
        self.variables.edit_requested.connect(lambda: self.run("studio.edit_variables"))
        self.variables.filter_requested.connect(self._data_actions.offer_page_columns)
        self.filters = PageFilters(context, self.editor, self.variables)
        self._data_actions.filter_chosen.connect(self.variables.open_variable)
        self.repeats_toggle = RepeatsToggle(context, self.editor, self.saving)
        self.read_only_bar = ReadOnlyBar(self._duplicate_to_change, self.repeats_toggle.arrange)
        self.variables.time_range.data_days = self.query_runner.data_days
        self.no_rows_bar = NoRowsBar(
            self.editor, self.query_runner, context.choose_location, partial(context.go, "studio/data/!add")
        )
        self.finder = WidgetFinder(self.canvas)
        RemoteChangeNotice(context, self, self.saving, self.finder, lambda: self.presentation.on)
        if store.dashboard_id is not None:
            PagePresence(context, store.dashboard_id, self, self.canvas, self.bar, self.finder, self.when_painted)
        self.presentation = PresentationMode(self.canvas)
        self.presentation.changed.connect(self._present)
        self.presented = PresentationDisplay(context, self.canvas, self.presentation, lambda: self.name)
        self._when_loaded: Callable[[], object] | None = None
        self._lay_out()
        self.commands = commands(context, self)
        install_shortcuts(
            self, PAGE, {command.id: Handler(partial(self.run, command.id)) for command in REGISTRY.of_scope(PAGE)}
        )
        empty = _("Your home page is empty.") if store.dashboard_id is None else _("This dashboard is empty.")
        self.empty_notice = EmptyPageNotice(
            self.canvas,
            self.editor,
            self.saving,
            empty,
            lambda: self.run("studio.start_from_template"),
            lambda: self.run("studio.show_add_pane"),
            widgets_denied(context.actor),
            (partial(context.go, "studio/data/!add"), partial(context.go, "studio/data/!sample"))
            if may_add_data(context.actor)
            else None,
            widget_data(context.actor, context.workspace.location),
        )
        self._cover = LoadingCover(self)
        self._connect()
        self.saving.load()

    def _connect(self) -> None:
        """Connect the signals of the page, its undo history and its saving."""
        self._clock = QTimer(self, interval=5_000)
        self._clock.timeout.connect(self._show_state)
        self._clock.start()
        self.saving.state_changed.connect(self._show_state)
        self.saving.state_changed.connect(self._show_panes)
        self.query_runner.result_changed.connect(self._show_state)
        self.query_runner.drawing_changed.connect(self._show_state)
        self._context.database_state.changed.connect(self._show_state)
        self.saving.loaded.connect(self._place_variables)
        self.saving.loaded.connect(self._run_when_loaded)
        self.saving.loaded.connect(self._tell_loaded)
        self.saving.remote_document_arriving.connect(self.inspector.remote_document_arriving)
        self.saving.merge_finished.connect(self.canvas.setFocus)
        self.editor.permission_changed.connect(self._permission_changed)
        self.editor.changed.connect(self._show_read_only_reason)
        self.editor.changed.connect(lambda: self.name_changed.emit(self.name))
        self.editor.changed.connect(self.presented.show_name)
        self.editor.undo_stack.position_changed.connect(self._show_undo_state)
        self.canvas.zoom_changed.connect(self._show_zoom)
        self.setFocusProxy(self.canvas)
        self._show_undo_state()
        self._show_zoom()
        self.saving.state_changed.connect(self.unsaved_changed)
        keeping = self.saving.recovery
        keeping.draft_found.connect(self._restore_draft)
        self.json_view.drafted.connect(partial(keeping.record_draft, JSON))
        self.inspector.drafted.connect(keeping.record_draft)
        for told in (self.json_view.state_changed, self.json_view.drafted, self.inspector.drafted):
            told.connect(self.unsaved_changed)
            told.connect(self._show_state)

    def add(self, kind: WidgetKind) -> None:
        """Add a new widget in the first free cell."""
        if self.editor.read_only:
            self._context.problems.refuse(self.editor.read_only_reason)
            return
        self.repeats_toggle.hide()
        before = self.canvas.scroll_position()
        self.editor.add(kind)
        self._scrolled_before[self.editor.undo_stack.number("undo")] = before
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def run(self, command_id: str) -> None:
        """Run a command, or show why it can't be run on this page."""
        self.commands.run(command_id)

    def refresh_view(self) -> None:
        """Say what *Refresh data* says; the queries follow the window's notice that everything may have changed."""
        self.commands.announce_outdated()

    def run_when_loaded(self, command_id: str) -> None:
        """Run a command now, or as soon as the page is loaded."""
        self.when_loaded(partial(self.run, command_id))

    def when_loaded(self, action: Callable[[], object]) -> None:
        """Call `action` now, or as soon as the page is loaded."""
        self._when_loaded = action
        self._run_when_loaded()

    def when_painted(self, action: Callable[[], object]) -> None:
        """Call `action` once the page has loaded and is painted; now if it was loaded already."""
        if self.saving.state == "loading":
            later = partial(AfterPaint, self.canvas.viewport(), action)
            self.saving.loaded.connect(later, Qt.ConnectionType.SingleShotConnection)
        else:
            action()

    def command_handlers(self) -> Handlers:
        """The commands that are available on the page now."""
        return self.commands.handlers()

    def page_items(self) -> Sequence[PageItem]:
        """The filters of the page, to open, and its widgets, to go to; none while a conflict or versions are shown in
        its place, and no widgets in a presentation."""
        if self.screens.screen is not None or self.saving.state == "failed":
            return ()
        filters = self.filters.page_items()
        if self.presentation.on:
            return filters
        matches = find_widgets(self.editor, "")
        widgets = [PageItem(one.title, partial(self.finder.go_to, one.id), one.where, one.icon) for one in matches]
        return [*filters, *widgets]

    def open_route(self, rest: str) -> None:
        """Open an address within the page: `show/<widget>` goes to a widget, `query/<widget>` to its query."""
        wish, _slash, what = rest.partition("/")
        if wish in ("show", "query"):
            self._when_loaded = partial(self._show_linked, what, edits_query=wish == "query")
        elif rest:
            self._context.problems.report_unknown_address(f"{self._address}/{rest}")
        self._run_when_loaded()

    def _show_linked(self, item_id: str, *, edits_query: bool = False) -> None:
        """Go to the widget of an address, or say that it doesn't exist."""
        if item_id in self.editor.page.paths:
            self.finder.go_to(item_id)
            if edits_query:
                self._edit(self.inspector.edit_query)
            return
        why = _("“{title}” has no widget with the ID “{id}”.").format(title=self.name, id=item_id[:80])
        do = _("To see its widgets, press {key}.").format(key=REGISTRY["studio.show_outline"].key)
        self._context.problems.show(NotFound("studio.unknown-widget", _("Widget not found."), why=why, do=do))

    def save_state(self) -> OpenTab:
        """The state of the page's tab: scroll position, zoom, breakpoint and presentation."""
        row = self.canvas.verticalScrollBar().value() / self._row_height
        key = self.store.dashboard_id or ""
        return OpenTab(key, round(row, 3), self.presentation.page_zoom, self.editor.breakpoint, self.presentation.on)

    def restore_state(self, was: object) -> None:
        """Restore a tab state as soon as the page is loaded."""
        if isinstance(was, OpenTab):
            self._when_loaded = partial(self.show_view, was)
            self._run_when_loaded()

    def show_view(self, view: OpenTab) -> None:
        """Restore a tab state on a page that is loaded."""
        if view.breakpoint:
            self.run(f"studio.{view.breakpoint}")
        self.presentation.restore_zoom(view.zoom)
        self.canvas.verticalScrollBar().setValue(round(view.row * self._row_height))
        if view.presented and self.isVisible() and not self.presentation.on:
            self.run("studio.present")

    @property
    def _row_height(self) -> float:
        """Pixels from one row of the page to the next."""
        return self.canvas.grid.row + self.canvas.grid.gap

    def _run_when_loaded(self) -> None:
        if self._when_loaded is not None and self.saving.state not in ("loading", "failed"):
            action, self._when_loaded = self._when_loaded, None
            action()

    def _tell_loaded(self) -> None:
        """Tell a screen reader which dashboard has been loaded, and how many widgets it has, unless it was told so with
        the focus."""
        if self.isVisible() and not self.canvas.announcer.took_told_page():
            count = self._widget_count()
            words = ngettext("{name}, {count} widget", "{name}, {count} widgets", count)
            told = words.format(name=self.name, count=number(count))
            announce(self, ", ".join((told, _("view only"))) if self.editor.read_only else told)

    def _widget_count(self) -> int:
        """How many widgets the page has, without the containers that hold some."""
        page = self.editor.page
        return sum(not page.item(one).panes for one in page.paths)

    def content_text(self) -> str:
        """How many widgets the page has; nothing before it is loaded."""
        if self.saving.state in ("loading", "failed"):
            return ""
        count = self._widget_count()
        return ngettext("{count} widget", "{count} widgets", count).format(count=number(count))

    def prepare_close(self) -> bool:
        """Store unsaved edits; returns False if a conflict is unresolved, or the JSON draft is invalid and couldn't be
        kept.
        """
        self.commit()
        if self.json_view.draft and not self.saving.recovery.keeps_draft(JSON):
            self._show_draft_problem()
            return False
        if self.saving.state == "conflict":
            self.saving.show_conflict()
            return False
        if self.json_view.draft:
            self._context.problems.toast(
                _("Your JSON draft of “{name}” is kept on this computer.").format(name=self.name)
            )
        if self.saving.is_merging:
            self._context.problems.toast(
                _("Your changes to “{name}” are kept on this computer and saved when you reopen it.").format(
                    name=self.name
                )
            )
        self.saving.finish()
        return True

    def _show_draft_problem(self) -> None:
        self.stop_presenting()
        if self.json_view.isHidden():
            self.show_json()
        self._context.problems.show(
            Invalid(
                "studio.json-draft",
                _("The JSON of “{name}” isn't valid and would be lost.").format(name=self.name),
                do=_("Fix the JSON or discard your changes, then close."),
            ),
            act="json-draft",
        )

    def finish_close(self) -> None:
        """End pending work: the page is closing."""
        self._cross_page_undo.forget(self)
        self.saving.recovery.close()
        self.saving.variable_persistence.finish()
        self.variable_runner.cancel_all()
        self.query_runner.cancel_all()

    @property
    def name(self) -> str:
        """The title of the page."""
        return self.editor.document.title or (_("Home") if self.store.dashboard_id is None else _("Untitled"))

    def _restore_draft(self, where: str) -> None:
        """Offer the user the draft that an earlier session left."""
        text = self.saving.recovery.draft_text(where)
        if where != JSON or text is None:
            self.commands.offer_variables_draft()
            return
        self.side_panes.show_json(True)
        self.json_view.restore_draft(text)
        notices, key = self.saving.notices, f"studio.json-brought-back.{self.store.key}"
        notices.notice(
            _("Recovered your JSON draft of “{name}”.").format(name=self.name),
            _("It's kept on this computer until it's valid or you discard it."),
            key=key,
        )
        self.json_view.drafted.connect(lambda draft, _serialise: notices.dismiss(key) if draft is None else None)

    @property
    def _draft(self) -> bool:
        """Whether there is a draft of the JSON or in the inspector."""
        return self.json_view.draft or self.inspector.has_draft

    def conflicts(self) -> list[PendingConflict]:
        """The conflict with another user's changes, if one is unresolved."""
        if self.saving.state != "conflict":
            return []
        merge = self.saving.merge
        count = len({conflict.id for conflict in merge.conflicts}) if merge is not None else 1
        return [PendingConflict(self.store.key, self.name, count, self._open_decision)]

    def go_here(self) -> None:
        """Bring the page to the front."""
        self._context.go(self._address)

    @property
    def _address(self) -> str:
        key = self.store.dashboard_id
        return "studio/home" if key is None else f"studio/dashboards/{key}"

    def _open_decision(self) -> None:
        self.go_here()
        if self.saving.merge is None:
            self.saving.show_conflict()
        elif self.screens.screen is None:
            self.saving.open_decision()

    def unsaved(self) -> str:
        """What is unsaved, as text for the user; empty if nothing is. It is in the journal, or about to be."""
        if self.json_view.draft:
            return _("JSON draft of {name}").format(name=self.name)
        return self.name if self.saving.dirty or self.inspector.has_draft else ""

    def says_saved(self) -> bool:
        """Its toolbar says whether it is saved."""
        return True

    @property
    def banner_place(self) -> BannerPlace | None:
        """Where banners are shown: below the bars above the canvas, or of the screen in its place."""
        return self._banners if self.screens.screen is None else self.screens.screen.banner_place

    def panes(self) -> list[QWidget]:
        """The visible panes, from the top left to the right."""
        if self.screens.screen is not None:
            return self.screens.screen.panes()
        around = (
            self.bar,
            self.variables,
            self.point_selections,
            self.read_only_bar,
            self.sidebar,
            self.canvas,
            self.enlarged.view,
            self.inspector,
            self.json_view,
        )
        return [pane for pane in around if pane is not None and pane.isVisible()]

    def leave_by_escape(self) -> bool:
        """Return from a widget in full size to the page."""
        shown = self.enlarged.view is not None
        self.enlarged.close()
        return shown

    def undo(self) -> None:
        """Undo the last step, unless the page is presented or view-only."""
        self._step("undo")

    def redo(self) -> None:
        """Redo the next step, unless text is being typed: that is a step of its own."""
        self._step("redo")

    def _step(self, direction: Direction) -> None:
        focused = self.focusWidget()
        self._take_step(direction)
        if focused is not None and not focused.isEnabled():  # the button of a step that was the last one
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_step(self, direction: Direction) -> None:
        self.finish_edits()
        if direction == "undo" and self.editor.restore_filters():
            return
        if direction == "undo" and self.editor.undoes_point_selection:
            self.editor.remove_last_point_selection()
        elif self.editor.editable:
            number = self.editor.undo_stack.number(direction)
            self._cross_page_undo.step(self, direction)
            if direction == "undo" and (before := self._scrolled_before.get(number)) is not None:
                self.canvas.scroll_to(before)

    def finish_edits(self) -> None:
        """Commit what is being typed as a step, cancel a gesture and hide previewed repeats, before an undo."""
        self.commit()
        self.canvas.cancel()
        self.repeats_toggle.hide()

    def save(self) -> None:
        """Store the page now, or say that nothing has changed."""
        self.commit()
        self._tells_saved = self.saving.state != SaveState.SAVED or self.saving.machine.has_work
        self.saving.save_changes()

    def commit(self) -> None:
        """Commit what is being typed."""
        self.inspector.commit()
        self.json_view.commit()

    def _lay_out(self) -> None:
        desk, stack = self._desk, self._middle
        self.side_panes.hold(self.sidebar, self.device, self.inspector, self.json_view, fallback_focus=self.canvas)
        add_page(stack, self.side_panes)
        self.side_panes.changed.connect(self._show_side_panes)
        self._show_side_panes()
        self.enlarged = EnlargedWidget(self.canvas, stack)
        self._rows = whole = QVBoxLayout(desk)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        self.presented.variables = self.variables
        self._fields = FieldsRow(self.variables, self.repeats_toggle.switch, self.presented.header)
        self._fields.hold_view(self.bar.view)
        self.presented.row.insertWidget(1, self._fields, 1)
        whole.addWidget(self.presented.header)
        self.variables.width_changed.connect(self._place_variables)
        self.bar.room_changed.connect(self._place_variables)
        self.repeats_toggle.shown_changed.connect(self._place_variables)
        whole.addWidget(self.point_selections)
        self._banners = BannerPlace()
        self._banners.add(self.read_only_bar)
        self._banners.add(self.no_rows_bar)
        whole.addWidget(self._banners)
        whole.addWidget(stack, 1)
        whole.addWidget(self.presented.dots)
        self.screens = PageScreens(self._context, self, desk, self.saving, self.editor)
        self.screens.changed.connect(self.banner_place_changed)

    def _place_variables(self) -> None:
        """Show the variables in the toolbar where all of its words have room beside them, else in a row below it with
        the zoom, or in the header of a presentation.
        """
        if self.saving.state == "loading":
            return  # what a page that isn't there yet has none of would move when it is
        presented = self.presentation.on
        switch = self.repeats_toggle.switch
        self.repeats_toggle.show_label(False)
        room = self.bar.room_for_fields() - (0 if switch.isHidden() else switch.sizeHint().width())
        needed = self.variables.least_width
        in_toolbar = not presented and 0 < needed <= room
        has_zoom = not presented and (in_toolbar or not needed)
        self.repeats_toggle.show_label(not in_toolbar)
        if has_zoom:
            self._fields.release_view(self.bar.view)
        place: Place = "wall" if presented else "toolbar" if in_toolbar else "bar"
        self.variables.set_place(place, self.canvas.wall_scale if presented else 1.0)
        if in_toolbar:
            self.variables.fit_to(min(self.variables.dated_width, room))
        self.bar.hold(self._fields if in_toolbar else None, view=has_zoom)
        if not in_toolbar and self.presented.row.indexOf(self._fields) < 0:
            self.presented.row.insertWidget(1, self._fields, 1)
            self._fields.show()
        if not has_zoom:
            self._fields.hold_view(self.bar.view)
            self.bar.fit_view(0 if presented else self.bar.width() - self.variables.compact_width)
        self._fields.set_ruled(place == "bar" and needed > 0)
        self.presented.fit()
        for row in (self._fields, self.presented.header):
            row.updateGeometry()
        self._rows.activate()  # at once: a drag that begins now would be cancelled by the canvas's new size
        if place == "bar":
            self.variables.fit_to(self.variables.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.presentation.on:  # else the toolbar says when it has another width
            self._place_variables()

    def _permission_changed(self) -> None:
        """Update the page for the current edit permission, and show why editing ended."""
        may_change = not self.editor.read_only
        self.canvas.cancel()
        self.repeats_toggle.follow()
        self.sidebar.offer_add(may_change)
        self.bar.offer_changes(may_change)
        self._show_read_only_reason()

    def _show_read_only_reason(self) -> None:
        self.read_only_bar.show_reason(
            "" if self.presentation.on else self.editor.read_only_reason, copies=self.editor.previews_copies
        )

    def _duplicate_to_change(self) -> None:
        """Make a copy that the user can edit, and open it."""
        context, key = self._context, self.store.dashboard_id
        if key is not None:
            context.tasks.change(
                self,
                lambda session: library.duplicate(session, context.actor, key),
                lambda made: context.go(f"studio/dashboards/{made.card.id}"),
            )

    def _present(self, presenting: bool) -> None:
        self.commit()
        self.enlarged.close()
        self.repeats_toggle.presented(presenting)
        self.device.set_bare(presenting)
        self._show_panes()
        self._show_read_only_reason()
        self._place_variables()
        self.no_rows_bar.set_presented(presenting)
        self.empty_notice.set_presented(presenting)
        self.presenting_changed.emit(presenting)

    def _show_panes(self) -> None:
        """Show what is around the canvas: nothing while presenting, or on a page that couldn't be opened."""
        self._cover.setVisible(self.saving.state == "loading")
        alone = self.presentation.on or self.saving.state == "failed"
        self.bar.setVisible(not alone)
        if alone:
            self.bar.fit_view(0)
        self.side_panes.show_middle_only(alone)

    def stop_presenting(self) -> None:
        """End the presentation."""
        self.presentation.end()

    def _edit(self, start: Callable[[], object]) -> None:
        """Focus the inspector's fields for the selected items; for a copy of a repeated item, those of its source."""
        if self.presentation.on:
            return
        self.repeats_toggle.hide()
        if not self.json_view.isHidden():
            self.show_json()
        self.side_panes.fold("right", False)
        start()

    def _give_data(self, item_id: str) -> None:
        """Go where data are added, if there are none, or let a source be chosen for a widget."""
        if self.editor.data_offer == "add":
            self._context.go("studio/data/!add")
            return
        self.editor.select([item_id])
        self._edit(self.inspector.choose_source)

    def show_json(self) -> None:
        """Switch between the inspector and the JSON view."""
        shown = self.json_view.isHidden()
        self.inspector.commit()
        self.side_panes.show_json(shown)
        target: QWidget = self.json_view.text if shown else self.canvas
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def fold(self, side: Side) -> None:
        """Hide or show the side pane; the right one may be the JSON view."""
        shown = self.side_panes.shown(side)
        if side == "right" and not self.json_view.isHidden():
            self.show_json()
        self.commit()
        with focus_told_once():
            self.side_panes.fold(side, shown)
            announce(self, _pane_text(side, shown=not shown), again=True)

    def _show_side_panes(self) -> None:
        self.bar.show_side_panes(left=self.side_panes.shown("left"), right=self.side_panes.shown("right"))

    def show_pane(self, pane: str, into: QWidget) -> None:
        self.side_panes.fold("left", False)
        self.sidebar.show_pane(pane)
        into.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        # The shell has Ctrl+Z too, for its toasts: two shortcuts of one key would cancel each other out.
        # Alt+Left and Alt+Right go back and forward in the window, and move what is selected here.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (undo_direction(event) or self._moves_selection(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def _moves_selection(self, event: QKeyEvent) -> bool:
        """Whether a key moves the selected items past their neighbour; on a page that is read none does."""
        focused = self.focusWidget()
        on_items = self.canvas.hasFocus() or (focused is not None and self.sidebar.isAncestorOf(focused))
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_key = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and modifiers == Qt.KeyboardModifier.AltModifier
        return is_key and on_items and self.editor.editable and bool(self.editor.selection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = undo_direction(event)
        if step and self.screens.screen is not None:
            self.run(f"studio.{step}")  # it says why it can't be run: nobody would see what it did
        elif step == "undo":
            self.undo()
        elif step == "redo":
            self.redo()
        elif event.key() == Qt.Key.Key_F2 and not event.modifiers():
            self.run("studio.rename_widget" if self.editor.selection else "studio.rename_dashboard")
        elif event.key() == Qt.Key.Key_Escape and not event.modifiers() and self._is_in_pane(self.focusWidget()):
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _is_in_pane(self, widget: QWidget | None) -> bool:
        """Whether a widget is in one of the panes, which Esc leaves, unless the widget has a use for it."""
        return widget is not None and any(pane.isAncestorOf(widget) for pane in (self.inspector, self.sidebar))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.presentation.end()

    def _show_undo_state(self, _index: int = 0) -> None:
        self.bar.show_undo_state(self.editor.undo_stack)

    def _show_zoom(self) -> None:
        self.bar.show_zoom(self.canvas.zoom)

    def _show_state(self) -> None:
        state, problem = self.saving.state, self.saving.problem
        text, icon, role = {
            "loading": (_("Opening"), "ph.circle-dashed", "text.muted"),
            "failed": (_("Couldn't open"), "ph.warning-circle", "error"),
            "saved": self._saved_state(),
            "changed": (_("Not saved yet"), "ph.pencil-simple", "text.muted"),
            "saving": (_("Saving"), "ph.circle-dashed", "text.muted"),
            "merging": (_("Saving"), "ph.circle-dashed", "text.muted"),
            "conflict": (_("Conflict"), "ph.warning-circle", "error"),
            "unsaved": (_("Not saved"), "ph.warning-circle", "error"),
        }[state]
        unusable = self._context.database_state.file_unusable
        cause = unusable if state == "saved" else problem if state == "unsaved" else None
        may_save = state in ("saved", "changed", "saving", "merging", "unsaved")
        self.bar.show_state(text, icon, role, may_save=may_save, reason=str(cause or ""))
        is_stored = state == "saved" and unusable is None and not self._draft and not self.editor.read_only
        self._tells_saved |= state in ("unsaved", "conflict")
        if is_stored and self._tells_saved and self.isVisible():
            # Not the text that is shown: its age is that of the save before until this one is recorded.
            announce(self.bar.state, _("Saved"), again=True)
        self._tells_saved &= state != "saved"

    def _saved_state(self) -> tuple[str, str, str]:
        """Text, icon and colour token of the save state when nothing is left to store."""
        if self._context.database_state.file_unusable is not None:
            return _("Not up to date") if self.editor.read_only else _("Not saved"), "ph.warning-circle", "error"
        if self._draft:
            return _("Not saved yet"), "ph.pencil-simple", "text.muted"
        if undrawn := self.query_runner.undrawn_count():
            return undrawn_text(undrawn), "ph.warning-circle", "error"
        if self.editor.read_only:
            return _("Up to date"), "ph.check", "ok"
        if broken := self.query_runner.broken_count():
            return broken_text(broken), "ph.warning-circle", "warn"
        return saved_text(self.saving.seconds_ago()), "ph.check", "ok"


def _pane_text(side: Side, *, shown: bool) -> str:
    """What folding a pane did, for screen readers."""
    if side == "left":
        return _("Left pane shown") if shown else _("Left pane hidden")
    return _("Right pane shown") if shown else _("Right pane hidden")
