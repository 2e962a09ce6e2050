"""Studio's Models view: the list of data models, and the editor of one."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.data_models.kept_drafts import KeptDraft
from benchboard.analytics.data_models.stored_models import StoredModel
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.query_builder.question import free_name
from benchboard.analytics.sources.lineage import LineageUse, uses_text
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, in_sentence, ngettext, pgettext
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing, Page
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import Handler, Handlers, install_shortcuts, key_cap, run_handler
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import Column, Mark, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.studio.data.data_commands import MODEL_LIST, MODEL_MENU, MODELS
from benchboard.ui.studio.data.data_models.draft_keeper import ModelDraftKeeper, kept_draft, kept_state
from benchboard.ui.studio.data.data_models.model_draft import ModelDraft, ModelState, base_definition
from benchboard.ui.studio.data.data_models.model_editor import PAGES, ModelEditor, contents_text
from benchboard.ui.studio.data.data_models.step_order import IN_LIST, StepOrder
from benchboard.ui.studio.data.data_models.unsaved_row import UnsavedRow
from benchboard.ui.studio.data.explore.part_changes import Step
from benchboard.ui.studio.data.source_actions import explore_address
from benchboard.ui.studio.data_access import may_add_data
from benchboard.ui.studio.data_cards import add_data_card, sample_card
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    Confirm,
    EmptyState,
    MenuItem,
    Toolbar,
    fill_column,
    hairline,
    menu,
    search_field,
)
from benchboard.ui.widgets.accessible import announce, focus_told_once, row_told_once, tell_current, tell_row_renamed
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.fields import focus_list
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import DISCARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LIST_WIDTH: Final = 280
_ALONE: Final = 10_000
_NAMED_USES: Final = 8
_TABLES: Final = frozenset({"data_models", "data_sources"})
_SAVE: Final = "studio.models.save"
"""What a failure to save is reported of."""


class _ListPane(QWidget):
    """The pane of the list; it is entered at the row of the model that is shown."""

    def __init__(self, entry: "Callable[[], QWidget | None]") -> None:
        super().__init__()
        self._find_entry = entry

    @property
    def entry(self) -> QWidget | None:
        """Where F6 enters it (`HasEntry`); None: where the focus was last."""
        return self._find_entry()


class ModelsView(QWidget):
    """Address: `studio/models`, `studio/models/<id>` for one of them, `studio/models/!new` to make one. Edits that
    aren't saved stay while another model is shown."""

    unsaved_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("studio_models")
        self._context = context
        self._drafts: dict[str, ModelDraft] = {}
        """Models that are edited, by id; one that isn't saved yet by an empty id."""
        self._order = StepOrder(self._drafts)
        self._kept: dict[str, KeptDraft] = {}
        """Edits that were kept as the program ended, of models that weren't shown since."""
        self._keeper = ModelDraftKeeper(context, self._to_keep, self)
        self._shown: ModelSummary | None = None
        self._not_saved: ModelState | None = None
        """What couldn't be saved, while a banner says why."""
        self._told_row: tuple[str, ...] = ()
        """How the row of the model that is shown is called, as a screen reader was told."""
        self._place = "", -1
        """The model of the current row, and which row of the list that is."""
        self._pending = ""
        self._asks_table = self._is_loaded = False
        self._renamed_from: QWidget | None = None
        """The row to which the focus returns from the name."""
        self._create: Button | None = None
        """The action of the empty list."""
        self._data_cards: tuple[ChoiceCard, ...] = ()
        """What the empty list offers; nothing to those who can't change models."""
        self._why_read_only = (
            "" if has_permission(context.actor, "sources:write") else _("Your role can't change data models.")
        )
        self._model: PagedTableModel[ModelSummary] = PagedTableModel(context.tasks, self._fetch, self._columns(), self)
        self._make_toolbar()
        self.table: PagedTable[ModelSummary] = PagedTable(
            self._model, label=_("Data models"), name="models_table", empty=self._empty_state(),
            no_match=NoMatch(pgettext("no match", "data models"), self._search.clear), ticks=False, row_menu=True,
        )  # fmt: skip
        self.editor = ModelEditor(context)
        self._nothing = EmptyState(
            "ph.tree-structure", _("No data model selected"), why=_("Choose one at the left to see its fields.")
        )
        self._right = QStackedWidget()
        for page in (self.editor, self._nothing):
            self._right.addWidget(page)
        set_surface(self._nothing, "surface")
        self._right.setCurrentWidget(self._nothing)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._list = _ListPane(self._unsaved_row_if_shown)
        set_surface(self._list, "surface")
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_unsaved_row())
        column.addWidget(self.table, 1)
        column.addStretch(0)
        row.addWidget(self._list)
        self._line = hairline(vertical=True)
        row.addWidget(self._line)
        row.addWidget(self._right, 1)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, body)
        self.table.current_changed.connect(self._follow_current)
        self.table.activated.connect(self._open_row)
        self.table.menu_requested.connect(self._open_menu)
        self._model.loaded.connect(self._loaded)
        self.editor.edited.connect(self._edited)
        self.editor.name.returnPressed.connect(self._finish_rename)
        self.editor.name.escaped.connect(self._leave_rename)
        self.editor.name.left.connect(self._forget_rename)
        self.editor.exploration.sources_changed.connect(self._ask_table)
        self.editor.exploration.sources_changed.connect(self._show_first_steps)
        by_key = {command: _with_form_closed(handler) for command, handler in self._handlers().items()}
        install_shortcuts(self, MODELS, by_key, context.problems.refuse)
        in_list = {f"studio.models.{act}": Handler(partial(self._run_current, f"studio.models.{act}"))
                   for act in ("delete", "rename")}  # fmt: skip
        install_shortcuts(self.table.view, MODEL_LIST, in_list)
        install_shortcuts(self.unsaved_row, MODEL_LIST, self._unsaved_handlers(), context.problems.refuse)
        context.changed.watch(self, _TABLES, self._model.refresh)
        self._model.listing = Listing(sort="name")
        self._keeper.restored.connect(self._take_kept)
        self._keeper.read()
        self._show_actions()

    def _make_toolbar(self) -> None:
        self._toolbar = Toolbar(_("Data models"))
        self._search = search_field(
            self, "models_search", _("Name"), self._searched, label=_("Filter data models"), below=self._enter_list
        )
        self._toolbar.add(self._search)
        self.discard = Button(_("Discard"), self.discard_changes, kind="quiet", name="models_discard")
        self.discard.setProperty(DISCARDS, True)
        self.explore = Button(_("Explore"), self.explore_model, icon="ph.compass", name="models_explore")
        self.save = Button(_("Save model"), self.save_model, kind="primary", icon="ph.check", name="models_save")
        self.new = Button(_("Create model"), self.open_new_menu, icon="ph.plus", menu=True, name="models_new")
        self.new.disable(self._why_read_only)
        for button in (self.discard, self.explore, self.new, self.save):
            self._toolbar.add_right(button)

    def _make_unsaved_row(self) -> QWidget:
        """The row of a new model above those that are stored."""
        self.unsaved_row = UnsavedRow(self._show_unsaved, self.table.view)
        self.unsaved_row.reached.connect(self._step_to_unsaved)
        self.unsaved_row.left_up.connect(partial(self._search.setFocus, Qt.FocusReason.ShortcutFocusReason))
        self.unsaved_row.menu_requested.connect(self._open_unsaved_menu)
        self.unsaved_row.hide()
        return self.unsaved_row

    @property
    def _is_new_shown(self) -> bool:
        """Whether a new model that isn't saved yet is the one that is shown."""
        return "" in self._drafts and self._shown is None

    def _unsaved_row_if_shown(self) -> QWidget | None:
        """The row of the new model while that is the one that is shown."""
        return self.unsaved_row if self._is_new_shown else None

    def _show_unsaved(self) -> None:
        """Show the new model that isn't saved yet: no stored one is current beside it."""
        self.table.clear_current()
        self._show_row(None)

    def _step_to_unsaved(self) -> None:
        """Show the new model as the keys come to its row, as at each row of the table."""
        with focus_told_once():
            self._open_unsaved()
            self.unsaved_row.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _enter_list(self) -> None:
        """Go from the filter to the list, which begins with the row of a new model."""
        if self.unsaved_row.isHidden():
            focus_list(self)
        else:
            self.unsaved_row.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _follow_current(self, row: ModelSummary | None) -> None:
        """Show the model of the current row; tell it where the list made that current, and not the user."""
        before = self._shown.id if self._shown is not None else ""
        self._show_row(row)
        if row is not None and row.id != before and self.table.moves_by_itself:
            QTimer.singleShot(0, self, partial(self._tell_followed, row.id))  # after the list, which is told first

    def _tell_followed(self, model_id: str) -> None:
        if self._shown is not None and self._shown.id == model_id:
            self._tell_open(self._shown)

    def _tell_open(self, row: ModelSummary) -> None:
        announce(self, _("“{name}” is open.").format(name=self._title(row)))

    def _open_row(self, row: ModelSummary) -> None:
        """Show a model, and give its editor the keys."""
        if self._shown is None or self._shown.id != row.id:
            self._show_row(row)
        self._tell_open(row)
        self.editor.segments.focus_current()

    def _columns(self) -> tuple[Column[ModelSummary], ...]:
        return (
            Column(
                "name", _("Name"), self._title, sortable=True, second=self._below, width=170,
                stretch=True,
            ),
            Column("state", "", self._mark_text, badge=self._mark, width=84,
                   tooltip=lambda row: " ".join(one.sentence for one in row.problems)),
        )  # fmt: skip

    def _title(self, row: ModelSummary) -> str:
        draft = self._drafts.get(row.id)
        return draft.state.name if draft is not None else row.name

    def _below(self, row: ModelSummary) -> str:
        if row.definition is None:
            return ""
        tables = _tables_text(row.definition)
        sources = {one.source_id for one in row.definition.tables}
        return tables if len(sources) > 1 else f"{tables}, {row.source or _('Benchboard')}"

    def _mark(self, row: ModelSummary) -> Mark | None:
        """What sets a model apart: that it has edits which aren't saved, or is broken."""
        draft = self._drafts.get(row.id)
        if draft is not None and draft.is_changed:
            return Mark("info", _("Edited"))
        return Mark("warn", _("Broken")) if row.problems else None

    def _mark_text(self, row: ModelSummary) -> str:
        mark = self._mark(row)
        return mark.text if mark is not None else ""

    def _empty_state(self) -> EmptyState:
        title = _("No data models yet")
        why = _("A model gives tables titles, units and formats, joins them, and defines measures once for all charts.")
        if self._why_read_only:
            return EmptyState("ph.tree-structure", title, why=why)
        go = self._context.go
        empty = EmptyState("ph.tree-structure", title, _("Create model from a table…"), self._begin_first, why=why)
        self._create = empty.action
        self._create.set_kind("primary")
        self._create.setObjectName("models_empty_new")
        may_add = may_add_data(self._context.actor)
        self._data_cards = (
            (add_data_card(partial(go, "studio/data/!add"), "models_empty_add"),
             sample_card(partial(go, "studio/data/!sample"), "models_sample")) if may_add else ()
        )  # fmt: skip
        empty.offer(*self._data_cards)
        for card in self._data_cards:  # until the tables are known
            card.hide()
        return empty

    def _has_tables(self) -> bool:
        """Whether there is a table that a model can begin with, as far as that is known."""
        exploration = self.editor.exploration
        return not exploration.sources_read or any(one.tables for one in exploration.sources)

    def _show_first_steps(self) -> None:
        """Without a table there is nothing to model: offer to add data first."""
        if self._create is not None:
            has_tables = self._has_tables()
            self._create.setVisible(has_tables or not self._data_cards)
            for card in self._data_cards:
                card.setVisible(not has_tables)

    def _begin_first(self) -> None:
        self.open_new_menu(self._create)

    # The list

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[ModelSummary]:
        return model_services.list_models(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        self._model.listing = replace(self._model.listing, search=text.strip())

    def _take_kept(self, kept: dict[str, KeptDraft]) -> None:
        """Go on with edits that were kept as the program ended, unless those models are edited already."""
        edited = {key for key, one in self._drafts.items() if one.is_changed}  # each that is listed has a draft
        self._kept = {key: one for key, one in kept.items() if key not in edited and not self._why_read_only}
        if not self._kept:
            return
        names = in_sentence([_("“{name}”").format(name=one.name) for one in self._kept.values()])
        self._context.problems.toast(_("Unsaved changes are back: {names}.").format(names=names))
        if (new := self._kept.pop("", None)) is not None:
            self._drafts[""] = ModelDraft(kept_state(new))
        self._begin_kept()

    def _to_keep(self) -> dict[str, KeptDraft]:
        edited = {key: kept_draft(one) for key, one in self._drafts.items() if one.holds_work}
        return {**self._kept, **edited}

    def _begin_kept(self) -> None:
        """Edit the models of the list that have kept edits. The first of those that were deleted is a new one again."""
        for row in self._model.rows:
            if row.id in self._kept:
                self._drafts.pop(row.id, None)
                self._draft_of(row)
        if self._is_loaded and self._model.at_end and not self._search.text():
            for lost in self._kept.values():
                self._drafts.setdefault("", ModelDraft(kept_state(lost)))
            self._kept = {}
        if self._shown is not None and self.draft is not self._drafts.get(self._shown.id):
            self._show_row(self._shown)
        elif self._shown is None and self.draft is None and "" in self._drafts:
            self._show_unsaved()
        self._show_actions()

    def _loaded(self) -> None:
        self._is_loaded = True
        if self._kept:
            self._begin_kept()
        if self._pending and self.table.make_current(self._pending):
            self._pending = ""
            if self.table.view.awaits_row:
                self.table.enter_made()
        elif not self._model.loading:
            self.table.forget_made()
        shown = next((row for row in self._model.rows if self._shown is not None and row.id == self._shown.id), None)
        if shown is not None and shown != self._shown:
            self._show_row(shown)
        elif self._shown is not None and shown is None and not self._search.text() and not self._pending:
            self._look_for(self._shown)
        if self._shown is None and "" not in self._drafts and self._model.rows:
            self.table.make_current(self._model.rows[0].id)
        self._show_sides()
        self._tell_moved()
        self._ask_table()

    def _tell_moved(self) -> None:
        """Tell the current row again where it is another one of the list now, such as after it was renamed: the keys
        go on from there."""
        view, row = self.table.view, self.table.current()
        before, self._place = self._place, (row.id if row is not None else "", view.currentIndex().row())
        if row is not None and before[0] == row.id and before != self._place and view.hasFocus():
            tell_current(view)

    def _look_for(self, row: ModelSummary) -> None:
        """Find out whether a model that isn't among the rows read was deleted. Edits of one that was are kept."""
        actor = self._context.actor

        def gone(_error: AppError) -> None:
            if self._shown is None or self._shown.id != row.id:
                return
            draft = self._drafts.pop(row.id, None)
            if draft is not None and draft.is_changed:
                self._drafts[""] = ModelDraft(draft.state)
                text = _("“{name}” was deleted. Save your changes to create it again.")
                self._context.problems.toast(text.format(name=row.name), warning=True)
            self._show_row(None)

        self._context.tasks.read(
            self, lambda session: model_services.get_model(session, actor, row.id), lambda _found: None, gone
        )

    def _show_row(self, row: ModelSummary | None) -> None:
        self.editor.commit()
        self._shown = row
        if row is None or row.id != self._place[0]:
            self._place = row.id if row is not None else "", self.table.view.currentIndex().row()
        draft = self._draft_of(row) if row is not None else self._drafts.get("")
        if draft is None:
            self._right.setCurrentWidget(self._nothing)
            if self._shown is not row:  # the focus went on to the list, which made a model current
                self._show_row(self._shown)
                return
        else:
            self.editor.show_draft(draft, self._why_read_only)
            self._right.setCurrentWidget(self.editor)
        self._show_actions()

    def _draft_of(self, row: ModelSummary) -> ModelDraft | None:
        known = self._drafts.get(row.id)
        if known is not None and known.is_changed:
            return known
        found = ModelDraft.of(row)
        kept = self._kept.pop(row.id, None)
        if found is not None and kept is not None and known is None:
            found.resume(kept_state(kept))
            if kept.seen is not None and kept.seen != row.updated_at:  # someone else changed it since
                found.stored = replace(row, updated_at=kept.seen)
            self._drafts[row.id] = found
            return found
        if found is not None:
            if known is not None and known.stored is not None and known.stored.updated_at == row.updated_at:
                known.stored = row
                return known
            self._drafts[row.id] = found
        return found

    def open_route(self, rest: str) -> None:
        """Select the model that the rest of the address names."""
        if rest == "!new":
            self._asks_table = True
            self._ask_table()
        elif rest and not self.table.make_current(rest):
            self._pending = rest

    def _ask_table(self) -> None:
        """Ask for a table, once they are known and the view is shown, for the menu to stand at its button."""
        if self._asks_table and self._is_loaded and self.editor.exploration.sources_read:
            self._asks_table = False
            QTimer.singleShot(0, self, self.open_new_menu)

    def unsaved(self) -> str:
        """The names of the models whose edits aren't saved; empty if all are."""
        return _names(draft for draft in self._drafts.values() if draft.is_changed)

    def says_saved(self) -> bool:
        """A toast says it of each model that is saved, with its name."""
        return True

    def lost_with_session(self) -> str:
        """The names of the models that somebody worked at and that aren't saved, with what is being typed, if they
        can't be kept on this computer."""
        if self._kept_now():
            return ""
        return _names(draft for draft in self._drafts.values() if draft.holds_work)

    def save_state(self) -> object:
        """The models whose edits aren't saved, and the one that is shown."""
        self.editor.commit()
        edited = {key: draft for key, draft in self._drafts.items() if draft.is_changed}
        return edited, self._shown.id if self._shown is not None else "", typed_texts(self._toolbar)

    def restore_state(self, state: object) -> None:
        """Go on with these edits."""
        if not isinstance(state, tuple):
            return
        edited, shown, texts = state
        restore_typed_texts(self._toolbar, texts)
        self._drafts.update(edited)
        if not shown and "" in self._drafts:
            self._show_unsaved()
        elif shown and not self.table.make_current(shown):
            self._pending = shown

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        shown = list(self.editor.panes()) if self._right.currentWidget() is self.editor else []
        return [self._toolbar, self._list, *shown]

    # Commands

    def command_handlers(self) -> Handlers:
        """The commands of the view."""
        row = self.table.current()
        of_row = self._row_handlers(row) if row is not None else {}
        return {**self._handlers(), **(self._unsaved_handlers() if self._is_new_shown else of_row)}

    def _handlers(self) -> dict[str, Handler]:
        return {
            "studio.models.save": Handler(self.save_model, self._why_not_save),
            "studio.models.undo": Handler(partial(self._step, "undo"), partial(self._why_no_step, "undo")),
            "studio.models.redo": Handler(partial(self._step, "redo"), partial(self._why_no_step, "redo")),
            "studio.models.discard": Handler(self.discard_changes, self._why_not_discard),
            "studio.models.add_measure": Handler(self.editor.add_measure, self._why_not_measure),
        }

    def _row_handlers(self, row: ModelSummary) -> dict[str, Handler]:
        return {
            "studio.models.explore": Handler(self.explore_model, self._why_not_explore),
            "studio.models.rename": Handler(partial(self._rename_row, row), lambda: self._why_not_edit(row)),
            "studio.models.duplicate": Handler(partial(self._duplicate, row), lambda: self._why_not_edit(row)),
            "studio.models.delete": Handler(partial(self.delete_model, row), lambda: self._why_read_only),
        }

    def _unsaved_handlers(self) -> dict[str, Handler]:
        """What can be done with the new model that isn't saved yet: Delete discards it."""

        def why_not() -> str:
            return _("Save the model first.")

        return {
            "studio.models.explore": Handler(self.explore_model, why_not),
            "studio.models.rename": Handler(self._rename_unsaved),
            "studio.models.duplicate": Handler(self._rename_unsaved, why_not),
            "studio.models.delete": Handler(self._discard_unsaved),
        }

    def _rename_unsaved(self) -> None:
        self._open_unsaved()
        self._begin_rename(self.unsaved_row)

    def _discard_unsaved(self) -> None:
        self._open_unsaved()
        self.discard_changes()

    def _open_unsaved(self) -> None:
        """Show the new model, unless it is shown."""
        if not self._is_new_shown:
            self._show_unsaved()

    def _open_unsaved_menu(self, spot: QPoint) -> None:
        handlers = self._unsaved_handlers()
        command_menu(self, MODEL_MENU, handlers, scope=MODEL_LIST, label=_("Actions"), name="models_menu").popup(spot)

    def _why_not_edit(self, row: ModelSummary) -> str:
        return self._why_read_only or ("" if row.definition is not None else _("The model is broken."))

    def _rename_row(self, row: ModelSummary) -> None:
        """Go on in the name of a model."""
        if self._shown is None or self._shown.id != row.id:
            self._show_row(row)
        self._begin_rename(self.table.view)

    def _begin_rename(self, row: QWidget) -> None:
        """Go on in the name; Enter and Esc lead back to the list."""
        self.editor.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.editor.name.selectAll()
        self._renamed_from = row

    def _finish_rename(self) -> None:
        """Take the name, and go back to the row from which it was begun to be written."""
        if self._renamed_from is None or self.editor.is_unnamed:  # the name itself says that it is missing
            return
        row = self._renamed_from
        with row_told_once(self.table.view) if row is self.table.view else focus_told_once():
            self.editor.commit()
            row.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave_rename(self, is_restored: bool) -> None:
        """Say that the name is what it was, and go back to the row."""
        row = self._renamed_from
        if row is None and not is_restored:
            return
        with focus_told_once():
            if row is not None:
                row.setFocus(Qt.FocusReason.ShortcutFocusReason)
            announce(self, _("Name unchanged: “{name}”.").format(name=self.editor.name.text()), again=True)

    def _forget_rename(self) -> None:
        self._renamed_from = None

    def _duplicate(self, row: ModelSummary) -> None:
        """Begin a model that is a copy of another one, as it is edited."""
        draft = self._draft_of(row)
        if draft is None:
            return
        taken = [one.name for one in self._model.rows]
        name = free_name(_("{name} copy").format(name=draft.state.name), taken)
        copied = replace(draft.state, name=name, unjoined=())
        self._ask_before_new(
            partial(self._show_new, ModelDraft(copied), _("“{name}” created. Not saved yet.").format(name=name))
        )

    def _open_menu(self, row: ModelSummary, spot: QPoint) -> None:
        handlers = self._row_handlers(row)
        command_menu(self, MODEL_MENU, handlers, scope=MODEL_LIST, label=_("Actions"), name="models_menu").popup(spot)

    def _run_current(self, command: str) -> None:
        row = self.table.take_ringed()
        if row is not None:
            run_handler(self._row_handlers(row)[command], self._context.problems.refuse)

    @property
    def draft(self) -> ModelDraft | None:
        """The draft that is shown."""
        return self.editor.draft if self._right.currentWidget() is self.editor else None

    def _edited(self) -> None:
        if self._order.leave_undone():
            self._context.problems.leave_toast()  # what it undoes was before this
        self.table.view.viewport().update()
        row = self._model.find(self._shown.id) if self._shown is not None else -1
        if row >= 0 and self._shown is not None:
            named = self._shown.id, self._title(self._shown), self._mark_text(self._shown)
            if named != self._told_row:
                self._told_row = named
                tell_row_renamed(self.table.view, self._model.index(row, 0))
        self._show_actions()

    def _kept_now(self) -> bool:
        """Keep all edits on this computer at once; returns whether they are."""
        self.editor.commit()
        return self._keeper.keep_now()

    def prepare_close(self) -> bool:
        """Edits outlive the window: nothing keeps it open."""
        return True

    def finish_close(self) -> None:
        """Keep the edits until the models are shown again."""
        self._kept_now()

    def _show_sides(self) -> None:
        """Without any model, let the list say so in the whole view."""
        alone = not self._model.rows and not self._search.text() and self._right.currentWidget() is self._nothing
        for widget in (self._line, self._right, self.explore, self.save):
            widget.setVisible(not alone)
        self.new.setVisible(not alone or not self._is_loaded or self._create is None)  # the empty list has it
        self._search.setVisible(bool(self._model.rows) or bool(self._search.text()))
        self._list.setMaximumWidth(_ALONE if alone else _LIST_WIDTH)
        self._list.setMinimumWidth(_LIST_WIDTH)
        new = self._drafts.get("")
        self.unsaved_row.setVisible(new is not None)
        self.table.setVisible(new is None or bool(self._model.rows) or bool(self._search.text()))
        if new is not None:
            name = new.state.name or _("New model")
            self.unsaved_row.show_row(name, _tables_text(new.state.definition), _("Not saved"))
            self.unsaved_row.setChecked(self._shown is None)
        self.setFocusProxy(self.unsaved_row if self._is_new_shown else self.table.view)
        self._keeper.keep()
        self.unsaved_changed.emit()

    def _show_actions(self) -> None:
        self._show_sides()
        if self._not_saved is not None and (self.draft is None or self.draft.state != self._not_saved):
            self._forget_failure()
        self.save.disable(self._why_not_save())
        self.explore.disable(self._why_not_explore())
        self.discard.setVisible(not self._why_not_discard())

    def _why_not_save(self) -> str:
        if self._why_read_only:
            return self._why_read_only
        if self.draft is not None and self.editor.is_unnamed:
            return _("Enter a name.")
        return "" if self.draft is not None and self.draft.is_changed else _("There are no changes.")

    def _why_not_discard(self) -> str:
        return "" if self.draft is not None and self.draft.is_changed else _("There are no changes.")

    def _why_not_measure(self) -> str:
        return self._why_read_only or ("" if self.draft is not None else _("No data model selected"))

    def _why_not_explore(self) -> str:
        draft = self.draft
        if draft is None:
            return _("No data model selected")
        if draft.stored is None or draft.is_changed:
            return _("Save the model first.")
        return _("The model is broken.") if draft.stored.problems else ""

    def _why_no_step(self, step: str) -> str:
        return ""  # without one, what was done last in the list is undone or redone, or it is said that nothing was

    def _step(self, step: Step) -> None:
        """Undo what was done last on the page, or redo what was undone last: an edit of any model, or a deletion."""
        if self.draft is not None:
            self.editor.commit()
        place = self._order.next_place(step, self._shown.id if self._shown is not None else "")
        if place is None and step == "redo":
            self._context.problems.refuse(_("Nothing to redo"))
        elif place is None or place == IN_LIST:
            problems = self._context.problems
            problems.undo_last() if step == "undo" else problems.redo_last()
        else:
            self._context.problems.leave_toast()  # its keys would undo or redo another step than the next one
            self._step_in(place, step)

    def _step_in(self, key: str, step: Step) -> None:
        """Take back the last edit of a model, or make it again; show the model first, and say that it is open."""
        draft = self._drafts[key]
        if draft is self.draft:
            self.editor.take_step(step)
            return
        focused = self.window().focusWidget()
        in_view = focused is not None and self.isAncestorOf(focused)
        row = self.table.view if key else self.unsaved_row
        with row_told_once(self.table.view) if in_view and key else focus_told_once():
            if not key:
                self._show_unsaved()
            elif not self.table.make_current(key):
                self._show_row(draft.stored)
            if in_view:  # what had the focus was of the model before
                row.setFocus(Qt.FocusReason.ShortcutFocusReason)
            announce(self, _("“{name}” is open.").format(name=draft.state.name), again=True)
            self.editor.take_step(step)

    def explore_model(self) -> None:
        """Explore the model that is shown."""
        draft = self.draft
        if draft is not None and draft.stored is not None:
            source_id = draft.state.definition.source_id
            self._context.go(explore_address(source_id or "own", draft.stored.name))

    # Creating

    def open_new_menu(self, anchor: QWidget | None = None) -> None:
        """Ask which table the model begins with."""
        items: list[MenuItem] = []
        for source in self.editor.exploration.sources:
            tables = [one for one in source.tables if not one.model_id]
            if tables:
                items.append(MenuItem(source.name, None))
            items += [
                MenuItem(one.name, partial(self.begin, source, one), "ph.table", name=f"model_table_{one.name}")
                for one in tables
            ]
        if items:
            shown = self._create if self.new.isHidden() and self._create is not None else self.new
            menu(anchor or shown, items, name="new_model_menu")
        else:
            self._context.problems.refuse(_("Add data first: there is no table yet."))

    def begin(self, source: BrowsedSource, table: BrowsedTable) -> None:
        """Begin a model over a table; ask first where that replaces a new model which somebody worked at."""
        self._ask_before_new(partial(self._begin_now, source, table))

    def _ask_before_new(self, run: "Callable[[], object]") -> None:
        """Begin a new model by `run`; ask first where it replaces one that somebody worked at."""
        self.editor.commit()
        before = self._drafts.get("")
        if before is None or not before.holds_work:
            run()
            return
        Confirm(
            self.window(), _("Discard your changes?"), _("Not saved yet: {names}.").format(names=_names([before])),
            act=_("Discard changes"), keep=_("Keep editing"), run=run,
        ).open()  # fmt: skip

    def _begin_now(self, source: BrowsedSource, table: BrowsedTable) -> None:
        """Begin a model over a table. It is stored when it is saved."""
        taken = [*(row.name for row in self._model.rows), *(one.name for one in source.tables)]
        name = free_name(_("{table} model").format(table=table.name), taken)
        definition = base_definition(source, table)
        words = _("Model of {table} created: {contents}. Not saved yet.")
        said = words.format(table=table.name, contents=contents_text(definition))
        self._show_new(ModelDraft.begin(ModelState(name, "", definition)), said)

    def _show_new(self, draft: ModelDraft, said: str) -> None:
        """Show a new model, at its name."""
        with focus_told_once():
            self._drafts[""] = draft
            self.editor.show_page(PAGES[0])
            self._show_unsaved()
            self.editor.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.editor.name.selectAll()
            announce(self, said, again=True)

    # Saving

    def save_model(self) -> None:
        """Store the edits; ask first where widgets would break."""
        self.editor.commit()
        draft = self.draft
        if draft is None or self._why_not_save():
            return
        if broken := self.editor.broken():
            what = _("“{name}” isn't saved.").format(name=draft.state.name)
            do = _("Change what is broken, or press {keys} to undo.").format(keys=key_cap("Ctrl+Z"))
            why, field = broken[0].sentence, next(iter(broken[0].fields), "")
            self._save_failed(draft.state, Invalid("models.broken", what, why=why, do=do, field=field))
            return
        stored, actor = draft.stored, self._context.actor
        if stored is None or not (draft.is_renamed or draft.lost_fields()):
            self._save(draft)
            return
        fields = [] if draft.is_renamed else draft.lost_fields()
        self._context.tasks.read(
            self,
            lambda session: model_services.model_uses(session, actor, stored.id, fields),
            partial(self._confirm_save, draft),
        )

    def _confirm_save(self, draft: ModelDraft, uses: tuple[LineageUse, ...]) -> None:
        uses = model_services.breaking_uses(uses)
        if not uses:
            self._save(draft)
            return
        Confirm(
            self.window(), _("Save changes that break widgets?"), broken_text(uses), act=_("Save anyway"),
            keep=_("Keep editing"), run=partial(self._save, draft),
        ).open()  # fmt: skip

    def _save(self, draft: ModelDraft) -> None:
        actor, state, stored = self._context.actor, draft.state, draft.stored

        def save(session: DatabaseSession) -> ModelSummary:
            if stored is None:
                return model_services.create_model(
                    session, actor, name=state.name, description=state.description, definition=state.definition
                )
            return model_services.update_model(
                session, actor, stored.id, seen=stored.updated_at, name=state.name, description=state.description,
                definition=state.definition,
            )  # fmt: skip

        def done(found: ModelSummary) -> None:
            if stored is None:
                self._drafts.pop("", None)
            self._forget_failure()
            draft.saved(found)
            self._drafts[found.id] = draft
            self._shown, self._pending = found, found.id
            if self.unsaved_row.hasFocus():  # it goes, and its model's row is coming: no other one is current meanwhile
                self.table.expect_made()
                self.table.view.setFocus(Qt.FocusReason.PopupFocusReason)
            self.editor.show_state()
            self._edited()
            self._model.refresh()
            self._context.problems.toast(_("Saved “{name}”.").format(name=found.name))

        self._context.tasks.change(self, save, done, partial(self._save_failed, state))

    def _save_failed(self, state: ModelState, error: AppError) -> None:
        """Say why a model couldn't be saved, until it is edited or another one is shown."""
        self._not_saved = state
        with focus_told_once():
            if self.draft is not None and self.draft.state == state:
                is_name = error.code in ("models.name", "models.taken")
                self.editor.focus_fault(str(error.facts.get("field", "")), is_name=is_name)
            self._context.problems.show(error, act=_SAVE)
        self._show_actions()

    def _forget_failure(self) -> None:
        self._not_saved = None
        self._context.problems.dismiss(_SAVE)

    def discard_changes(self) -> None:
        """Go back to what is stored; it can be undone."""
        draft = self.draft
        if draft is None:
            return
        had_focus = self.discard.hasFocus()
        if draft.stored is None:
            self._discard_new(draft)
            return
        if self._shown is not None and self._shown.updated_at != draft.stored.updated_at:
            self._drafts.pop(self._shown.id)  # someone else changed it since
            self._show_row(self._shown)
        elif draft.stored.definition is not None:
            stored = draft.stored
            draft.edit(ModelState(stored.name, stored.description, draft.stored.definition), is_discard=True)
            self.editor.show_state()
            self.editor.say(_("Changes discarded."))
        if had_focus and self.draft is not None:  # the button goes
            self.editor.segments.focus_current()
        self._edited()

    def _discard_new(self, draft: ModelDraft, number: int = 0) -> None:
        """Discard the new model; it can be undone, and redone as the same step by its number."""
        with focus_told_once():
            del self._drafts[""]
            self._right.setCurrentWidget(self._nothing)
            self._loaded()
            self._edited()
            if self._shown is not None:
                self._tell_open(self._shown)
            without_rows = self._create if self._create is not None and not self._model.rows else None
            (without_rows or self.table.view).setFocus(Qt.FocusReason.ShortcutFocusReason)
            text = _("The new model “{name}” was discarded.").format(name=draft.state.name)
            known = self._order.list_step(number)
            self._context.problems.toast(text, partial(self._restore_new, draft, known))

    def _restore_new(self, draft: ModelDraft, number: int) -> None:
        """Bring a new model back that was discarded, unless another one was begun since."""
        self._order.forget(number)
        if "" in self._drafts:
            self._context.problems.refuse(_("Save or discard the new model first."))
            return
        with focus_told_once():
            self._drafts[""] = draft
            self._show_unsaved()
            self.unsaved_row.setFocus(Qt.FocusReason.ShortcutFocusReason)
            text = _("“{name}” is back.").format(name=draft.state.name)
            self._order.list_step_back(number)
            self._context.problems.toast(text, partial(self._discard_again, draft, number))

    def _discard_again(self, draft: ModelDraft, number: int) -> None:
        self._order.forget(number)
        if self._drafts.get("") is draft:
            self._open_unsaved()
            self._discard_new(draft, number)
        else:
            self._context.problems.refuse(_("Nothing to redo"))

    # Deleting

    def delete_model(self, row: ModelSummary) -> None:
        """Say which widgets deleting a model breaks, and delete it if that is confirmed."""
        actor = self._context.actor
        if row.definition is None:
            self._confirm_delete(row, ())
            return
        self._context.tasks.read(
            self, lambda session: model_services.model_uses(session, actor, row.id), partial(self._confirm_delete, row)
        )

    def _confirm_delete(self, row: ModelSummary, uses: tuple[LineageUse, ...]) -> None:
        text = broken_text(uses) if uses else _("It isn't used yet. Its data sources stay.")
        Confirm(
            self.window(), _("Delete “{name}”?").format(name=self._title(row)), text, act=_("Delete data model"),
            keep=_("Keep data model"), run=partial(self._delete, row),
        ).open()  # fmt: skip

    def _delete(self, row: ModelSummary, number: int = 0) -> None:
        """Delete a model; it can be undone, and redone as the same step by its number."""
        actor, name = self._context.actor, self._title(row)
        self._order.forget(number)

        def done(stored: StoredModel | None) -> None:
            undo: Callable[[], None] | None = None
            if stored is not None:
                undo = partial(self._undelete, row, stored, self._drafts.get(row.id), self._order.list_step(number))
            self._drafts.pop(row.id, None)
            self._context.problems.toast(_("“{name}” was deleted.").format(name=name), undo)

        self._context.tasks.change(
            self, lambda session: model_services.delete_model(session, actor, row.id, even_if_used=True), done
        )

    def _undelete(self, row: ModelSummary, stored: StoredModel, draft: ModelDraft | None, number: int) -> None:
        """Bring a model back, with its edits, which can be undone as before; redo deletes it again."""
        self._order.forget(number)
        actor = self._context.actor
        self._pending = stored.id
        name = draft.state.name if draft is not None else stored.name

        def done(found: ModelSummary) -> None:
            if draft is not None:
                draft.stored_again(found)
                self._drafts[found.id] = draft
                if self._shown is not None and self._shown.id == found.id:  # its row came before
                    self._show_row(found)
            self._order.list_step_back(number)
            text = _("“{name}” is back.").format(name=name)
            self._context.problems.toast(text, partial(self._delete, row, number))

        self._context.tasks.change(
            self,
            lambda session: model_services.create_model(
                session, actor, name=stored.name, description=stored.description, definition=stored.definition,
                model_id=stored.id,
            ),
            done,
        )  # fmt: skip


def _with_form_closed(handler: Handler) -> Handler:
    """The handler of a command whose key waits for a form that is open: what is typed there isn't in the model yet."""

    def why_not() -> str:
        popover = Popover.opened()
        is_form = popover is not None and popover.is_form
        return _("Apply or close what is open first.") if is_form else handler.why_not()

    def run() -> None:
        Popover.close_any()  # a menu
        handler.run()

    return handler._replace(run=run, why_not=why_not)


def _names(drafts: "Iterable[ModelDraft]") -> str:
    return ", ".join(draft.state.name or _("New model") for draft in drafts)


def _tables_text(definition: ModelDefinition) -> str:
    """How many tables a model has, and from how many sources if it is more than one."""
    count, sources = len(definition.tables), len({one.source_id for one in definition.tables})
    tables = ngettext("{count} table", "{count} tables", count).format(count=count)
    if sources < 2:
        return tables
    others = ngettext("{count} source", "{count} sources", sources).format(count=sources)
    return f"{tables}, {others}"


def broken_text(uses: "Sequence[LineageUse]") -> str:
    """What breaks, as sentences: how many there are, and their names."""
    named = [use_title(one) for one in uses[:_NAMED_USES]]
    if len(uses) > _NAMED_USES:
        rest = len(uses) - _NAMED_USES
        named.append(ngettext("{count} more", "{count} more", rest).format(count=rest))
    return _("This breaks {uses}: {names}.").format(uses=uses_text(uses), names=in_sentence(named))


def use_title(use: LineageUse) -> str:
    """Something that uses a model, with its dashboard if it is on one."""
    name = use.name or _("Untitled")
    if not use.dashboard:
        return _("“{name}”").format(name=name)
    return _("“{widget}” in “{dashboard}”").format(widget=name, dashboard=use.dashboard)
