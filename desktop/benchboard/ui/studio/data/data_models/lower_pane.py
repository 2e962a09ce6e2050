"""The pane below a model's canvas: the editor of the selected field, and the rows of what is selected."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.analytics.data_models.definition import PLAIN
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.sources.table_lineage import TableKey
from benchboard.i18n import _
from benchboard.ui.studio.data.data_models.field_form import FieldEditing, FieldForm
from benchboard.ui.studio.data.data_models.model_canvas import ModelCanvas
from benchboard.ui.studio.data.data_models.rows_pane import RowsPane, as_of, with_fields
from benchboard.ui.widgets import hairline
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

HEIGHT: Final = 220
_FORM_WIDTH: Final = 420


class LowerPane(QWidget):
    """Follows what is selected on the canvas of an editor's draft."""

    accessible_role = Role.Grouping

    def __init__(self, context: "Context", canvas: ModelCanvas, editor: FieldEditing) -> None:
        super().__init__()
        self.setObjectName("model_lower_pane")
        self.setAccessibleName(_("Selected field and first rows"))
        set_surface(self, "surface")
        self.setFixedHeight(HEIGHT)
        self._canvas, self._editor = canvas, editor
        self.form, self.rows = FieldForm(context, editor), RowsPane(context)
        self.form.setMinimumWidth(_FORM_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._line = hairline(vertical=True)
        row.addWidget(self.form, 5)
        row.addWidget(self._line)
        row.addWidget(self.rows, 4)
        self.form.left.connect(lambda: canvas.setFocus(Qt.FocusReason.OtherFocusReason))
        editor.exploration.result_changed.connect(self.show_selection)

    def show_selection(self) -> None:
        """Show what is selected now."""
        draft, scene, spot = self._editor.draft, self._canvas.scene, self._canvas.current
        if draft is None or not self.isVisible():
            return
        card = scene.cards[spot.card] if 0 <= spot.card < len(scene.cards) else None
        row = card.rows[spot.row] if card is not None and 0 <= spot.row < len(card.rows) else None
        field = draft.state.definition.field(row.field) if row is not None and row.field else None
        if field is not None:
            self.form.show_field(field, self._editor.broken_texts().get(field.name, ""))
        else:
            self.form.show_nothing()
        for widget in (self.form, self._line):  # without a field, the rows have the whole width
            widget.setVisible(field is not None)
        source = self._editor.exploration.source(card.source_id) if card is not None else None
        table = source.table(card.table) if source is not None and card is not None else None
        shows_table = row is None or row.can_join
        if card is not None and source is not None and table is not None and shows_table:
            present = partial(self._of_table, card.key)
            self.rows.show_table(source, table, card.lineage, row.name if row is not None else "", present)
        else:
            self._show_model(row.field if row is not None else "")

    def _of_table(self, key: TableKey, rows: ResultTable) -> ResultTable:
        """Rows of a table with what the model says of its fields; the rest as the table has it."""
        draft = self._editor.draft
        tables = draft.state.definition.tables if draft is not None else ()
        table = next((one for one in tables if (one.source_id, one.table) == key), None)
        fields = {one.column: one for one in table.fields if one.display != PLAIN} if table is not None else {}
        return with_fields(rows, fields)

    def _show_model(self, field: str) -> None:
        draft, result = self._editor.draft, self._editor.exploration.result
        assert draft is not None
        rows = self._editor.presented(result.table) if result is not None and result.table is not None else None
        error = result.error if result is not None else None
        said = " ".join(part for part in (error.what, error.why) if part) if error is not None else ""
        read_at = as_of(*(card.lineage for card in self._canvas.scene.cards if card.is_joined))
        self.rows.show_model(draft.state.name, rows, said or _("Reading the rows…"), read_at, field)
