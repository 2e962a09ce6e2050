"""The page of a data model that says what uses it, or one of its fields, and what a field is made from."""

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics import model_services
from benchboard.analytics.sources.lineage import LineageUse, field_origins, uses_text
from benchboard.errors import AppError
from benchboard.i18n import _, in_sentence
from benchboard.ui.studio.data.data_models.model_draft import ModelDraft
from benchboard.ui.studio.data.uses_table import UsesTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import EmptyState, Paragraph, Select, hairline
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.analytics.query_builder.question import Question
    from benchboard.ui.context import Context
    from benchboard.ui.studio.data.explore.exploration import Exploration

_TOLD_BY: Final = frozenset({"widgets", "dashboards", "dashboard_layouts", "data_models", "alerts", "metrics"})
"""The tables whose changes may change what uses a model."""


class DraftShowing(Protocol):
    """What the page needs of the editor that it is part of."""

    exploration: "Exploration"

    def question(self) -> "Question": ...


class UsesPage(QWidget):
    """Shows what uses the model, or one of its fields, as it is stored; which of its own fields use one, as edited."""

    def __init__(self, context: "Context", editor: DraftShowing) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._context, self._editor = context, editor
        self._draft: ModelDraft | None = None
        self._asked: object = None
        self._answered: object = None
        """What was asked whose answer is shown."""
        self._found: tuple[LineageUse, ...] = ()
        """What uses it as it is stored."""
        self._shown_of = "", ""
        """The model and the field of which something is shown."""
        self._is_chosen = False
        """Whether somebody chose what is shown, or it changed, and they don't know yet what uses it."""
        self._of = Select([], name="model_uses_of", label=_("Model or field"))
        self._of.currentIndexChanged.connect(lambda _index: self._choose())
        self.summary = Paragraph("", "body", "secondary")
        self.summary.setObjectName("model_uses_summary")
        self.origin = Paragraph("", "caption", "muted")
        self.origin.setObjectName("model_uses_origin")
        self.table = UsesTable(context, "model_uses", self.show_field)
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 16, 8)
        top.setSpacing(12)
        top.addWidget(self._of)
        top.addWidget(self.summary, 1)
        top.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        self.origin.setContentsMargins(16, 0, 16, 8)
        column.addWidget(self.origin)
        self._line = hairline()
        column.addWidget(self._line)
        column.addWidget(self.table, 1)
        self._empty = EmptyState(
            "ph.plugs-connected", "", why=_("Explore the model and add a chart to a dashboard: it is listed here then.")
        )
        column.addWidget(self._empty, 1)
        column.addStretch(0)
        self.setFocusProxy(self._of)
        context.changed.watch(self, _TOLD_BY, self._read_again)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._asked is None:  # something may have changed while it was hidden
            self._read()

    def show_draft(self, draft: ModelDraft) -> None:
        """Show the uses of another draft, or of one that was edited."""
        self._set_draft(draft)
        self._read()

    def choose(self, draft: ModelDraft, name: str | None = None) -> None:
        """Show and tell the uses of a draft as somebody chose the page; with a `name`, those of a field, or of the
        whole model by an empty one."""
        self._set_draft(draft)
        if name is not None:
            blocked = self._of.blockSignals(True)
            self._of.set_current_key(name)
            self._of.blockSignals(blocked)
        self._choose()

    def _set_draft(self, draft: ModelDraft) -> None:
        self._draft = draft
        shown = self._of.current_key()
        fields = [(one.name, one.name) for one in draft.state.definition.fields()]
        choices = [("", _("Whole model")), *fields]
        if [self._of.itemData(place) for place in range(self._of.count())] != [key for key, _title in choices]:
            blocked = self._of.blockSignals(True)
            self._of.set_choices(choices)
            self._of.set_current_key(shown)
            self._of.blockSignals(blocked)

    def show_field(self, name: str) -> None:
        """Show what uses a field; empty: the whole model."""
        self._of.set_current_key(name)
        self._read()

    def _choose(self) -> None:
        self._is_chosen = True
        self._read()

    def _read_again(self) -> None:
        self._asked = None
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        draft, name = self._draft, self._of.current_key()
        if draft is None:
            return
        self._show_origin(draft, name)
        stored, actor = draft.stored, self._context.actor
        known = stored.definition.names() if stored is not None and stored.definition is not None else []
        stored_name = draft.stored_name(name)
        if stored is None or (name and stored_name not in known):
            self._asked, self._found = None, ()
            what = _("The model isn't saved yet, so nothing uses it.")
            what = what if stored is None else _("The field isn't saved yet, so nothing uses it.")
            self._show_uses(draft, name, what)
            return
        asked, of = (stored.id, stored.updated_at, stored_name), (stored.id, name)
        if asked == self._asked:
            if asked == self._answered:
                self._show_uses(draft, name, _("Not used yet."))
            return
        self._asked, self._answered = asked, None
        fields = (stored_name,) if name else ()

        def done(found: tuple[LineageUse, ...]) -> None:
            if asked == self._asked:
                self._answered, self._found = asked, found
                self._show_uses(draft, name, _("Not used yet."))

        def failed(error: AppError) -> None:
            if asked == self._asked:
                self._show((), error.what, of)

        def op(session: DatabaseSession) -> tuple[LineageUse, ...]:
            return model_services.model_uses(session, actor, stored.id, fields)

        self._context.tasks.read(self, op, done, failed, long=True)

    def _show_uses(self, draft: ModelDraft, name: str, unused: str) -> None:
        """Show what was found, with the fields of the draft; `unused` where that is nothing."""
        uses = draft.field_uses(name, self._found, self._editor.question().dialect) if name else self._found
        text = _("Used by {uses}.").format(uses=uses_text(uses)) if uses else unused
        self._show(uses, text, (draft.stored.id if draft.stored is not None else "", name))

    def _show(self, uses: tuple[LineageUse, ...], text: str, of: tuple[str, str]) -> None:
        """Show the uses of a model or field, and tell them if they are other ones than before, or were asked for."""
        is_changed = of == self._shown_of and text != self.summary.text()
        self._shown_of = of
        self.summary.setText(text)
        if uses != self.table.uses:
            self.table.show_uses(uses)
        for widget in (self.summary, self.table):
            widget.setVisible(bool(uses))
        self._empty.sentence.setText(text)
        self._empty.setVisible(not uses)
        self._is_chosen = self._is_chosen or is_changed
        self._tell(text)

    def _tell(self, text: str) -> None:
        if self._is_chosen:
            self._is_chosen = False
            announce(self, " ".join(part for part in (text, self.origin.text()) if part), again=True)

    def _show_origin(self, draft: ModelDraft, name: str) -> None:
        """Say from which columns a field is made."""
        origins = field_origins(draft.state.definition, name, self._editor.question().dialect) if name else ()
        said = []
        for source_id, table, column in origins:
            source = self._editor.exploration.source(source_id)
            said.append(f"{source.name} / {table}.{column}" if source is not None else f"{table}.{column}")
        self.origin.setText(_("Made from {columns}").format(columns=in_sentence(said)) if said else "")
        self.origin.setVisible(bool(said))
