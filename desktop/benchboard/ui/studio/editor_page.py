"""A page of Studio: palette, toolbar, canvas and inspector around one editor."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.dashboards.editing.drafts import JSON
from benchboard.dashboards.open_tabs import OpenTab
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.sections import PendingConflict
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.context_menu import ContextMenu
from benchboard.ui.studio.canvas.device_preview import DevicePreview
from benchboard.ui.studio.canvas.enlarged_widget import EnlargedWidget
from benchboard.ui.studio.canvas.image_import import ImageImport
from benchboard.ui.studio.canvas.key_commands import KeyCommands
from benchboard.ui.studio.canvas.presentation import Presentation
from benchboard.ui.studio.canvas.scene import accessibility
from benchboard.ui.studio.cross_page_undo import CrossPageUndo
from benchboard.ui.studio.document.document_store import DocumentStore
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.studio.document.undo_line_edit import undo_direction
from benchboard.ui.studio.library.trash_watcher import TrashWatcher
from benchboard.ui.studio.page_screens import PageScreens
from benchboard.ui.studio.panes.empty_page import EmptyPageNotice
from benchboard.ui.studio.panes.inspector import Inspector
from benchboard.ui.studio.panes.json_view import JsonView
from benchboard.ui.studio.panes.minimap import Minimap
from benchboard.ui.studio.panes.outline_pane import OutlinePane
from benchboard.ui.studio.panes.read_only_bar import ReadOnlyBar
from benchboard.ui.studio.panes.repeats_toggle import RepeatsToggle
from benchboard.ui.studio.panes.side_panes import Side, SidePanes
from benchboard.ui.studio.panes.sidebar import Sidebar
from benchboard.ui.studio.panes.toolbar import PageToolbar, saved_text
from benchboard.ui.studio.panes.variables_bar import VariablesBar
from benchboard.ui.studio.panes.widget_finder import WidgetFinder
from benchboard.ui.studio.panes.widget_palette import WidgetPalette
from benchboard.ui.studio.studio_commands import PAGE
from benchboard.ui.studio.tiles.page_grid import MARGIN
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.variable_options import VariableQueryRunner
from benchboard.ui.widgets.labels import Elided

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class CommandRunner(Protocol):
    """Runs the commands of a page."""

    def run(self, command_id: str) -> None:
        """Run a command, or say why it can't be run on this page."""

    def handlers(self) -> Handlers:
        """The commands that are offered on the page now."""

    def offer_variables_draft(self) -> None:
        """Say that a draft of the variables was brought back, and lead there."""


class StudioPage(QWidget):
    """One dashboard, to be looked at and arranged: a person's home layout, or one of the many."""

    unsaved_changed = Signal()
    name_changed = Signal(str)
    presenting_changed = Signal(bool)

    def __init__(
        self, context: "Context", store: DocumentStore, commands: "Callable[[Context, StudioPage], CommandRunner]"
    ) -> None:
        super().__init__()
        accessibility.install()
        self._context, self.store = context, store
        self._cross_page_undo = CrossPageUndo.of(context)
        self.editor = Editor(self)
        self.variable_runner = VariableQueryRunner(context, self.editor, self)
        self.query_runner = WidgetQueryRunner(context, self.editor, self)
        self.saving = Saving(context, self.editor, store, self)
        TrashWatcher(context, store, self.saving)
        self.canvas = Canvas(self.editor, self.query_runner)
        self.canvas.keyboard.commands = KeyCommands(self.canvas)
        ContextMenu(self.canvas)
        self.inspector = Inspector(context, self.editor, self.query_runner)
        self.inspector.command_requested.connect(self.run)
        self.palette_pane = WidgetPalette(self.canvas)
        self.palette_pane.add_requested.connect(self.add)
        self.editor.rejected.connect(context.problems.show)
        self.editor.message_shown.connect(context.problems.toast)
        self.canvas.edit_requested.connect(lambda _id: self._edit(self.inspector.edit_query))
        self.canvas.rename_requested.connect(lambda part: self._edit(partial(self.inspector.edit_name, part)))
        self.canvas.repeat_requested.connect(lambda _id: self._edit(self.inspector.edit_repeat))
        self.images = ImageImport(context, self.canvas)
        self.canvas.rejected.connect(context.problems.toast)
        self.canvas.drop_target_changed.connect(self.inspector.show_drop_target)
        self.device = DevicePreview(self.canvas)
        self.json_view = JsonView(context, self.editor)
        self.outline = OutlinePane(self.canvas)
        self.sidebar = Sidebar(self.palette_pane, self.outline, Minimap(self.canvas))
        self.bar = PageToolbar(self.run, self.command_handlers, shared=store.dashboard_id is not None)
        self.variables = VariablesBar(self.editor, self.variable_runner)
        self.variables.edit_requested.connect(lambda: self.run("studio.edit_variables"))
        self.repeats_toggle = RepeatsToggle(context, self.editor, self.saving)
        self.read_only_bar = ReadOnlyBar(self._duplicate_to_change, self.repeats_toggle.arrange)
        self.finder = WidgetFinder(self.canvas)
        self.presentation = Presentation(self.canvas)
        self.presentation.changed.connect(self._present)
        self.presentation.key_pressed.connect(self._hide_present_hint)
        self._when_loaded: Callable[[], object] | None = None
        self._lay_out()
        self.commands = commands(context, self)
        install_shortcuts(
            self, PAGE, {command.id: Handler(partial(self.run, command.id)) for command in REGISTRY.of_scope(PAGE)}
        )
        empty = _("Your home page is empty.") if store.dashboard_id is None else _("This dashboard is empty.")
        self.empty_notice = EmptyPageNotice(
            self.canvas, self.editor, self.saving, empty, lambda: self.run("studio.start_from_template")
        )
        self._connect()
        self.saving.load()

    def _connect(self) -> None:
        """Follow what the page, its steps and its saving have to say."""
        self._clock = QTimer(self, interval=5_000)
        self._clock.timeout.connect(self._show_state)
        self._clock.start()
        self.saving.state_changed.connect(self._show_state)
        self.saving.loaded.connect(self._run_when_loaded)
        self.saving.remote_document_arriving.connect(self.inspector.remote_document_arriving)
        self.saving.merge_finished.connect(self.canvas.setFocus)
        self.editor.permission_changed.connect(self._permission_changed)
        self.editor.changed.connect(self._show_read_only_reason)
        self.editor.changed.connect(lambda: self.name_changed.emit(self.name))
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
        """Put a new widget in the first free place."""
        if self.editor.read_only:
            self._context.problems.toast(self.editor.read_only_reason)
            return
        self.repeats_toggle.hide()
        self.editor.add(kind)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def run(self, command_id: str) -> None:
        """Run a command, or say why it can't be run on this page."""
        self.commands.run(command_id)

    def run_when_loaded(self, command_id: str) -> None:
        """Run a command now, or as soon as the page is loaded."""
        self._when_loaded = partial(self.run, command_id)
        self._run_when_loaded()

    def command_handlers(self) -> Handlers:
        """The commands that are offered on the page now."""
        return self.commands.handlers()

    def open_route(self, rest: str) -> None:
        """Somebody came here, perhaps for one widget: `show/<widget>`."""
        wish, _slash, what = rest.partition("/")
        if wish == "show":
            self._when_loaded = partial(self.finder.go_to, what)
        self._run_when_loaded()

    def save_state(self) -> OpenTab:
        """How the page is shown."""
        row = self.canvas.verticalScrollBar().value() / self._row_height
        key = self.store.dashboard_id or ""
        return OpenTab(key, round(row, 3), self.canvas.zoom, self.editor.breakpoint, self.presentation.on)

    def restore_state(self, was: object) -> None:
        """Show it so, as soon as it is read."""
        if isinstance(was, OpenTab):
            self._when_loaded = partial(self.show_view, was)
            self._run_when_loaded()

    def show_view(self, view: OpenTab) -> None:
        """Show the page, which has been read, as it was shown before."""
        if view.breakpoint:
            self.run(f"studio.{view.breakpoint}")
        self.canvas.set_zoom(view.zoom)
        self.canvas.verticalScrollBar().setValue(round(view.row * self._row_height))
        if view.presented and self.isVisible():
            self.run("studio.present")

    @property
    def _row_height(self) -> float:
        """Pixels from one row of the page to the next."""
        return self.canvas.grid.row + self.canvas.grid.gap

    def _run_when_loaded(self) -> None:
        if self._when_loaded is not None and self.saving.state not in ("loading", "failed"):
            action, self._when_loaded = self._when_loaded, None
            action()

    def prepare_close(self) -> bool:
        """Store what is not stored yet; stay where another window was first, until that is decided, and where the JSON
        is none yet and could not be kept."""
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
        """End what is under way: the page goes."""
        self._cross_page_undo.forget(self)
        self.saving.recovery.close()
        self.saving.variable_persistence.finish()
        self.variable_runner.cancel_all()
        self.query_runner.cancel_all()

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.editor.document.title or (_("Home page") if self.store.dashboard_id is None else _("Untitled"))

    def _restore_draft(self, where: str) -> None:
        """Go on where an earlier session ended in what it was writing."""
        text = self.saving.recovery.draft_text(where)
        if where != JSON or text is None:
            self.commands.offer_variables_draft()
            return
        self.side_panes.show_json(True)
        self.bar.json.setChecked(True)
        self.json_view.restore_draft(text)
        self._context.problems.notice(
            _("Recovered your JSON draft of “{name}”.").format(name=self.name),
            _("It's kept on this computer until it's valid or you discard it."),
            key="studio.json-brought-back",
        )

    @property
    def _draft(self) -> bool:
        """Whether something is written that is not the page yet."""
        return self.json_view.draft or self.inspector.has_draft

    def conflicts(self) -> list[PendingConflict]:
        """What both this window and somebody else changed, if that waits for a decision."""
        if self.saving.state != "conflict":
            return []
        merge = self.saving.merge
        count = len({conflict.id for conflict in merge.conflicts}) if merge is not None else 1
        return [PendingConflict(self.store.key, self.name, count, self._open_decision)]

    def go_here(self) -> None:
        """Bring the page to the front."""
        key = self.store.dashboard_id
        self._context.go("studio/home" if key is None else f"studio/dashboards/{key}")

    def _open_decision(self) -> None:
        self.go_here()
        if self.saving.merge is None:
            self.saving.show_conflict()
        elif self.screens.screen is None:
            self.saving.open_decision()

    def unsaved(self) -> str:
        """What is not stored: by now it is in the journal, or about to be."""
        if self.json_view.draft:
            return _("JSON draft of {name}").format(name=self.name)
        return self.name if self.saving.dirty or self.inspector.has_draft else ""

    def panes(self) -> list[QWidget]:
        """The panes on show, as they stand from the top left to the right."""
        if self.screens.screen is not None:
            return [self.screens.screen]
        around = (
            self.bar,
            self.read_only_bar,
            self.variables,
            self.sidebar,
            self.canvas,
            self.inspector,
            self.json_view,
        )
        return [pane for pane in around if pane.isVisible()]

    def undo(self) -> None:
        """Take the last step back; on a presented page, as on one that one may only look at, nothing is."""
        if self.can_step():
            self._cross_page_undo.step(self, "undo")

    def redo(self) -> None:
        """Take the step again, unless something is being written: that is a step of its own."""
        if self.can_step():
            self._cross_page_undo.step(self, "redo")

    def can_step(self) -> bool:
        """Whether steps can be taken back now; what is being written is one of its own, what is in hand is put back."""
        self.commit()
        self.canvas.cancel()
        self.repeats_toggle.hide()
        return self.editor.editable

    def save(self) -> None:
        """Store the page now."""
        self.commit()
        self.saving.save()

    def commit(self) -> None:
        """Hand on what is being written."""
        self.inspector.commit()
        self.json_view.commit()

    def _lay_out(self) -> None:
        # Each within the other before anything is in them: what is put elsewhere later is styled once more.
        desk = QWidget()
        stack = QStackedWidget(desk)
        self.side_panes = SidePanes(
            self._context, stack, self.sidebar, self.device, self.inspector, self.json_view, fallback_focus=self.canvas
        )
        stack.addWidget(self.side_panes)
        self.side_panes.changed.connect(self._show_side_panes)
        self._show_side_panes()
        self._presented_title = Elided("", "title", "secondary")
        self._presented_title.setObjectName("presented_title")
        self._presented_title.setProperty("surface", "canvas")
        self._presented_title.setContentsMargins(MARGIN, 12, MARGIN, 0)
        self._presented_title.hide()
        self.enlarged = EnlargedWidget(self.canvas, stack)
        whole = QVBoxLayout(desk)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addWidget(self._presented_title)
        whole.addWidget(self.read_only_bar)
        chosen = QHBoxLayout()
        chosen.setSpacing(0)
        chosen.addWidget(self.variables, 1)
        chosen.addWidget(self.repeats_toggle.switch)
        whole.addLayout(chosen)
        whole.addWidget(stack, 1)
        self.screens = PageScreens(self._context, self, desk, self.saving)

    def _permission_changed(self) -> None:
        """Offer what may be done with the page now, and say why it is no more."""
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
        """Make a copy that this person may change, and go there."""
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
        self.bar.setVisible(not presenting)
        self.side_panes.show_middle_only(presenting)
        self._show_read_only_reason()
        self._presented_title.setText(self.name)
        self._presented_title.setVisible(presenting)
        self.presenting_changed.emit(presenting)
        if presenting:
            self._context.problems.toast(_present_hint(), small=True)
        else:
            self._hide_present_hint()

    def _hide_present_hint(self) -> None:
        self._context.problems.withdraw(_present_hint())

    def stop_presenting(self) -> None:
        """Show the page among its panes again."""
        self.presentation.end()

    def _edit(self, start: Callable[[], object]) -> None:
        """Go to the fields of what is chosen: of a copy, to those of what it is a copy of."""
        if self.presentation.on:
            return
        self.repeats_toggle.hide()
        if not self.json_view.isHidden():
            self.show_json()
        self.side_panes.fold("right", False)
        start()

    def show_json(self) -> None:
        """The JSON in place of the inspector, or the inspector again."""
        shown = self.json_view.isHidden()
        self.inspector.commit()
        self.side_panes.show_json(shown)
        self.bar.json.setChecked(shown)
        target: QWidget = self.json_view.text if shown else self.canvas
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def fold(self, side: Side) -> None:
        """Put the pane of a side away, or bring it back; at the right that may be the JSON."""
        shown = self.side_panes.shown(side)
        if side == "right" and not self.json_view.isHidden():
            self.show_json()
        self.commit()
        self.side_panes.fold(side, shown)

    def _show_side_panes(self) -> None:
        self.bar.show_side_panes(left=self.side_panes.shown("left"), right=self.side_panes.shown("right"))

    def show_pane(self, pane: str, into: QWidget) -> None:
        self.side_panes.fold("left", False)
        self.sidebar.show_pane(pane)
        into.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        # The shell has Ctrl+Z too, for its toasts: two shortcuts of one key would cancel each other out.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and undo_direction(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = undo_direction(event)
        if step == "undo":
            self.undo()
        elif step == "redo":
            self.redo()
        elif event.key() == Qt.Key.Key_F2 and not event.modifiers():
            self.run("studio.rename_widget" if self.editor.selection else "studio.rename_dashboard")
        else:
            super().keyPressEvent(event)

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
            "unsaved": (problem.what if problem else _("Not saved"), "ph.warning-circle", "error"),
        }[state]
        self.bar.show_state(text, icon, role, may_save=state in ("saved", "changed", "saving", "merging", "unsaved"))

    def _saved_state(self) -> tuple[str, str, str]:
        """What there is to say of a page with nothing left to store."""
        if self._draft:
            return _("Not saved yet"), "ph.pencil-simple", "text.muted"
        if self.editor.read_only:
            return _("Up to date"), "ph.check", "ok"
        return saved_text(self.saving.seconds_ago()), "ph.check", "ok"


def _present_hint() -> str:
    return _("Press Esc to stop presenting. Use the arrow keys to scroll.")
