"""A page of Studio: palette, toolbar, canvas and inspector around one editor."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.catalogue import WidgetKind, kind_of
from benchboard.dashboards.sittings import View
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.rooms import Decision
from benchboard.ui.studio.canvas import accessible
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.device import DevicePage
from benchboard.ui.studio.canvas.images import Images
from benchboard.ui.studio.canvas.presenting import Presentation
from benchboard.ui.studio.canvas.viewing import Viewing
from benchboard.ui.studio.document.acts import ACTS
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.recovering import JSON
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.studio.document.shelf import Shelf
from benchboard.ui.studio.document.steps import step_of
from benchboard.ui.studio.doing import Doing
from benchboard.ui.studio.exchange.trashed import Trashed
from benchboard.ui.studio.moves import Moves
from benchboard.ui.studio.panes.copies import Copies
from benchboard.ui.studio.panes.finding import Finder
from benchboard.ui.studio.panes.inspector import Inspector
from benchboard.ui.studio.panes.jsonview import JsonView
from benchboard.ui.studio.panes.looking import LookingBar
from benchboard.ui.studio.panes.minimap import Minimap
from benchboard.ui.studio.panes.notice import Notice
from benchboard.ui.studio.panes.outline import Outline
from benchboard.ui.studio.panes.palette import Palette
from benchboard.ui.studio.panes.sidebar import Sidebar
from benchboard.ui.studio.panes.sides import Side, Sides
from benchboard.ui.studio.panes.toolbar import StudioBar, saved_words
from benchboard.ui.studio.panes.variables import VariablesBar
from benchboard.ui.studio.reopening import show_as, view_of
from benchboard.ui.studio.screens import Screens
from benchboard.ui.studio.tiles.feeds import Feeds
from benchboard.ui.studio.tiles.offers import Offers
from benchboard.ui.studio.tiles.pagegrid import MARGIN
from benchboard.ui.widgets.labels import Elided

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class StudioPage(QWidget):
    """One dashboard, to be looked at and arranged: a person's home layout, or one of the many."""

    unsaved_changed = Signal()
    named = Signal(str)
    presenting_changed = Signal(bool)

    def __init__(self, context: "Context", shelf: Shelf) -> None:
        super().__init__()
        accessible.install()
        self._context, self.shelf = context, shelf
        self._moves = Moves.of(context)
        self.editor = Editor(self)
        self.offers = Offers(context, self.editor, self)
        self.feeds = Feeds(context, self.editor, self)
        self.saving = Saving(context, self.editor, shelf, self)
        Trashed(context, shelf, self.saving)
        self.canvas = Canvas(self.editor, self.feeds)
        self.inspector = Inspector(context, self.editor, self.feeds)
        self.inspector.wanted.connect(self.do)
        self.palette_pane = Palette(self.canvas)
        self.palette_pane.chosen.connect(self.add)
        self.editor.refused.connect(context.problems.show)
        self.editor.noted.connect(context.problems.toast)
        self.canvas.opened.connect(lambda _id: self._edit(self.inspector.edit_query))
        self.canvas.name_wanted.connect(lambda part: self._edit(partial(self.inspector.edit_name, part)))
        self.canvas.repeat_wanted.connect(lambda _id: self._edit(self.inspector.edit_repeat))
        self.images = Images(context, self.canvas)
        self.canvas.refused.connect(context.problems.toast)
        self.canvas.landing_changed.connect(self.inspector.land)
        self.device = DevicePage(self.canvas)
        self.json_view = JsonView(context, self.editor)
        self.outline = Outline(self.canvas)
        self.sidebar = Sidebar(self.palette_pane, self.outline, Minimap(self.canvas))
        self.bar = StudioBar(self.do, shared=shelf.dashboard_id is not None)
        self.variables = VariablesBar(self.editor, self.offers)
        self.variables.define_wanted.connect(lambda: self.do("variables"))
        self.copies = Copies(context, self.editor, self.saving)
        self.looking = LookingBar(self._duplicate_to_change, self.copies.arrange)
        self.finder = Finder(self.canvas)
        self.presentation = Presentation(self.canvas)
        self.presentation.changed.connect(self._present)
        self.presentation.used.connect(self._withdraw_hint)
        self._wish: Callable[[], object] | None = None
        self._lay_out()
        self.doing = Doing(context, self)
        self._shortcuts()
        empty = _("Your home page is empty.") if shelf.dashboard_id is None else _("This dashboard is empty.")
        self.notice = Notice(self.canvas, self.editor, self.saving, empty, lambda: self.do("templates"))
        self._connect()
        self.saving.load()

    def _connect(self) -> None:
        """Follow what the page, its steps and its saving have to say."""
        self._clock = QTimer(self, interval=5_000)
        self._clock.timeout.connect(self._say_state)
        self._clock.start()
        self.saving.state_changed.connect(self._say_state)
        self.saving.loaded.connect(self._grant)
        self.saving.arriving.connect(self.inspector.make_way)
        self.saving.decided.connect(self.canvas.setFocus)
        self.editor.permitted.connect(self._permit)
        self.editor.changed.connect(self._say_why_not)
        self.editor.changed.connect(lambda: self.named.emit(self.name))
        self.editor.stack.indexChanged.connect(self._say_steps)
        self.canvas.zoom_changed.connect(self._say_zoom)
        self.setFocusProxy(self.canvas)
        self._say_steps()
        self._say_zoom()
        self.saving.state_changed.connect(self.unsaved_changed)
        keeping = self.saving.recovering
        keeping.draft_found.connect(self._bring_draft)
        self.json_view.drafted.connect(partial(keeping.draft, JSON))
        self.inspector.drafted.connect(keeping.draft)
        for told in (self.json_view.judged, self.json_view.drafted, self.inspector.drafted):
            told.connect(self.unsaved_changed)
            told.connect(self._say_state)

    def add(self, kind: WidgetKind) -> None:
        """Put a new widget in the first free place."""
        if self.editor.read_only:
            self._context.problems.toast(self.editor.why_not)
            return
        self.copies.hide()
        self.editor.add(kind)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def do(self, key: str) -> None:
        """Do what an act of the table is called."""
        self.doing.do(key)

    def opened(self, rest: str) -> None:
        """Somebody came here, perhaps with a wish: `add/<kind>`, `do/<act>` or `show/<widget>`."""
        wish, _slash, what = rest.partition("/")
        kind = kind_of(what)
        if wish == "do":
            self._wish = partial(self.do, what)
        elif wish == "show":
            self._wish = partial(self.finder.go, what)
        elif wish == "add" and kind is not None:
            self._wish = partial(self.add, kind)
        self._grant()

    def standing(self) -> View:
        """How the page is shown."""
        return view_of(self)

    def stand(self, was: object) -> None:
        """Show it so, as soon as it is read."""
        if isinstance(was, View):
            self._wish = partial(show_as, self, was)
            self._grant()

    def _grant(self) -> None:
        if self._wish is not None and self.saving.state not in ("loading", "failed"):
            wish, self._wish = self._wish, None
            wish()

    def closing(self) -> bool:
        """Store what is not stored yet; stay where another window was first, until that is decided, and where the JSON
        is none yet and could not be kept."""
        self.commit()
        if self.json_view.draft and not self.saving.recovering.keeps(JSON):
            self._keep_draft()
            return False
        if self.saving.state == "conflict":
            self.saving.ask_about_conflict()
            return False
        if self.json_view.draft:
            self._context.problems.toast(_("Your draft of “{name}” as JSON is kept here.").format(name=self.name))
        if self.saving.bringing_together:
            self._context.problems.toast(
                _("What you changed of “{name}” is kept here, and stored when you open it again.").format(
                    name=self.name
                )
            )
        self.saving.finish()
        return True

    def _keep_draft(self) -> None:
        self.stop_presenting()
        if self.json_view.isHidden():
            self.show_json()
        self._context.problems.show(
            Invalid(
                "studio.json-draft",
                _("What stands as JSON of “{name}” is no dashboard yet, and would be lost.").format(name=self.name),
                do=_("Mend it, or drop the draft; then close."),
            ),
            act="json-draft",
        )

    def closed(self) -> None:
        """End what is under way: the page goes."""
        self._moves.forget(self)
        self.saving.recovering.leave()
        self.saving.keeping.finish()
        self.offers.stop_all()
        self.feeds.stop_all()

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.editor.document.title or (_("Home layout") if self.shelf.dashboard_id is None else _("Untitled"))

    def _bring_draft(self, where: str, changed: bool) -> None:
        """Go on where an earlier session ended in what it was writing."""
        text = self.saving.recovering.written(where)
        if where != JSON or text is None:
            self.doing.offer_variables()
            return
        self.sides.show_json(True)
        self.bar.json.setChecked(True)
        self.json_view.bring(text, changed=changed)
        self._context.problems.notice(
            _("Your draft of “{name}” as JSON was brought back.").format(name=self.name),
            _("It is kept on this computer until it is a dashboard, or you drop it."),
            key="studio.json-brought-back",
        )

    @property
    def _draft(self) -> bool:
        """Whether something is written that is not the page yet."""
        return self.json_view.draft or self.inspector.drafting

    def decisions(self) -> list[Decision]:
        """What both this window and somebody else changed, if that waits for a decision."""
        if self.saving.state != "conflict":
            return []
        merge = self.saving.merge
        count = len({conflict.id for conflict in merge.conflicts}) if merge is not None else 1
        return [Decision(self.shelf.key, self.name, count, self._decide)]

    def go_here(self) -> None:
        """Bring the page to the front."""
        key = self.shelf.dashboard_id
        self._context.go("studio/home" if key is None else f"studio/dashboards/{key}")

    def _decide(self) -> None:
        self.go_here()
        if self.saving.merge is None:
            self.saving.ask_about_conflict()
        elif self.screens.screen is None:
            self.saving.decide_now()

    def unsaved(self) -> str:
        """What is not stored: by now it is in the journal, or about to be."""
        if self.json_view.draft:
            return _("A draft of {name} as JSON").format(name=self.name)
        return self.name if self.saving.dirty or self.inspector.drafting else ""

    def panes(self) -> list[QWidget]:
        """The panes on show, as they stand from the top left to the right."""
        if self.screens.screen is not None:
            return [self.screens.screen]
        around = (self.bar, self.looking, self.variables, self.sidebar, self.canvas, self.inspector, self.json_view)
        return [pane for pane in around if pane.isVisible()]

    def undo(self) -> None:
        """Take the last step back; on a presented page, as on one that one may only look at, nothing is."""
        if self.may_step():
            self._moves.step(self, "undo")

    def redo(self) -> None:
        """Take the step again, unless something is being written: that is a step of its own."""
        if self.may_step():
            self._moves.step(self, "redo")

    def may_step(self) -> bool:
        """Whether steps can be taken back now; what is being written is one of its own, what is in hand is put back."""
        self.commit()
        self.canvas.cancel()
        self.copies.hide()
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
        self.sides = Sides(
            self._context, stack, self.sidebar, self.device, self.inspector, self.json_view, back=self.canvas
        )
        stack.addWidget(self.sides)
        self.sides.changed.connect(self._say_sides)
        self._say_sides()
        self._presented = Elided("", "title", "secondary")
        self._presented.setObjectName("presented_title")
        self._presented.setProperty("surface", "canvas")
        self._presented.setContentsMargins(MARGIN, 12, MARGIN, 0)
        self._presented.hide()
        self.viewing = Viewing(self.canvas, stack)
        whole = QVBoxLayout(desk)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addWidget(self._presented)
        whole.addWidget(self.looking)
        chosen = QHBoxLayout()
        chosen.setSpacing(0)
        chosen.addWidget(self.variables, 1)
        chosen.addWidget(self.copies.switch)
        whole.addLayout(chosen)
        whole.addWidget(stack, 1)
        self.screens = Screens(self._context, self, desk, self.saving)

    def _permit(self) -> None:
        """Offer what may be done with the page now, and say why it is no more."""
        may_change = not self.editor.read_only
        self.canvas.cancel()
        self.copies.follow()
        self.sidebar.offer_add(may_change)
        self.bar.offer_changes(may_change)
        self._say_why_not()

    def _say_why_not(self) -> None:
        self.looking.say("" if self.presentation.on else self.editor.why_not, copies=self.editor.marking)

    def _duplicate_to_change(self) -> None:
        """Make a copy that this person may change, and go there."""
        context, key = self._context, self.shelf.dashboard_id
        if key is not None:
            context.tasks.change(
                self,
                lambda session: library.duplicate(session, context.actor, key),
                lambda made: context.go(f"studio/dashboards/{made.card.id}"),
            )

    def _present(self, presenting: bool) -> None:
        self.commit()
        self.viewing.close()
        self.copies.presented(presenting)
        self.device.bare(presenting)
        self.bar.setVisible(not presenting)
        self.sides.bare(presenting)
        self._say_why_not()
        self._presented.setText(self.name)
        self._presented.setVisible(presenting)
        self.presenting_changed.emit(presenting)
        if presenting:
            self._context.problems.toast(_present_hint(), small=True)
        else:
            self._withdraw_hint()

    def _withdraw_hint(self) -> None:
        self._context.problems.withdraw(_present_hint())

    def stop_presenting(self) -> None:
        """Show the page among its panes again."""
        self.presentation.end()

    def _edit(self, begin: Callable[[], object]) -> None:
        """Go to the fields of what is chosen: of a copy, to those of what it is a copy of."""
        if self.presentation.on:
            return
        self.copies.hide()
        if not self.json_view.isHidden():
            self.show_json()
        self.sides.fold("right", False)
        begin()

    def show_json(self) -> None:
        """The JSON in place of the inspector, or the inspector again."""
        shown = self.json_view.isHidden()
        self.inspector.commit()
        self.sides.show_json(shown)
        self.bar.json.setChecked(shown)
        target: QWidget = self.json_view.text if shown else self.canvas
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def fold(self, side: Side) -> None:
        """Put the pane of a side away, or bring it back; at the right that may be the JSON."""
        shown = self.sides.shown(side)
        if side == "right" and not self.json_view.isHidden():
            self.show_json()
        self.commit()
        self.sides.fold(side, shown)

    def _say_sides(self) -> None:
        self.bar.show_sides(left=self.sides.shown("left"), right=self.sides.shown("right"))

    def _shortcuts(self) -> None:
        for known in ACTS:
            for sequence in known.keys if known.taken == "shortcut" else ():
                shortcut = QShortcut(QKeySequence(sequence), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(partial(self.do, known.key))

    def show_pane(self, pane: str, into: QWidget) -> None:
        self.sides.fold("left", False)
        self.sidebar.show_pane(pane)
        into.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        # The shell has Ctrl+Z too, for its toasts: two shortcuts of one key would cancel each other out.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and step_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = step_of(event)
        if step == "undo":
            self.undo()
        elif step == "redo":
            self.redo()
        elif event.key() == Qt.Key.Key_F2 and not event.modifiers():
            self.do("rename_widget" if self.editor.chosen else "rename_dashboard")
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.presentation.end()

    def _say_steps(self, _index: int = 0) -> None:
        self.bar.show_steps(self.editor.stack)

    def _say_zoom(self) -> None:
        self.bar.show_zoom(self.canvas.zoom)

    def _say_state(self) -> None:
        state, problem = self.saving.state, self.saving.problem
        text, icon, role = {
            "loading": (_("Opening"), "ph.circle-dashed", "text.muted"),
            "failed": (_("Not opened"), "ph.warning-circle", "error"),
            "saved": self._rested(),
            "changed": (_("Not saved yet"), "ph.pencil-simple", "text.muted"),
            "saving": (_("Saving"), "ph.circle-dashed", "text.muted"),
            "conflict": (_("Needs your decision"), "ph.warning-circle", "error"),
            "unsaved": (problem.what if problem else _("Not saved"), "ph.warning-circle", "error"),
        }[state]
        self.bar.show_state(text, icon, role, may_save=state in ("saved", "changed", "saving", "unsaved"))

    def _rested(self) -> tuple[str, str, str]:
        """What there is to say of a page with nothing left to store."""
        if self._draft:
            return _("Not saved yet"), "ph.pencil-simple", "text.muted"
        if self.editor.read_only:
            return _("Up to date"), "ph.check", "ok"
        return saved_words(self.saving.seconds_ago()), "ph.check", "ok"


def _present_hint() -> str:
    return _("Esc ends the presentation, the arrow keys scroll.")
