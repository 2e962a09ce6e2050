"""Reads what a model's canvas says of its tables: where they come from, what is in them, and what uses them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from benchboard.analytics import model_services, table_browser
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.analytics.sources.table_lineage import TableKey, TableLineage, table_lineage
from benchboard.ui.studio.data.data_models.canvas_scene import TableFacts
from benchboard.ui.studio.data.data_models.model_draft import ModelDraft
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.data.explore.exploration import Exploration

_TOLD_BY: Final = frozenset(
    ("data_sources", "data_source_grants", "data_models", "widgets", "dashboards", "dashboard_layouts", "alerts")
)
"""The tables whose rows tell where tables come from and what uses them."""


class CanvasFacts(QObject):
    """Reads in the background, and again when something changed; until then, what was known stays. `changed` when more
    is known."""

    changed = Signal()

    def __init__(self, context: "Context", exploration: "Exploration", parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._exploration = context, exploration
        self._lineage: dict[TableKey, TableLineage] = {}
        self._uses: dict[tuple[str, str], tuple[LineageUse, ...]] = {}
        self._asked: set[object] = set()
        """What was asked for since the last change."""
        self._change = 0
        context.changed.watch(self, _TOLD_BY, self._read_again)

    def _read_again(self) -> None:
        self._change += 1
        self._asked.clear()
        self.changed.emit()

    def of_tables(self, draft: ModelDraft) -> TableFacts:
        """What is known of the tables of a draft; the rest is read."""
        state = draft.state
        keys = [(one.source_id, one.table) for one in state.definition.tables]
        keys += [(one.source_id, one.table) for one in state.unjoined]
        missing = [key for key in keys if key not in self._asked]
        if missing:
            self._ask_lineage(missing)
        for key in keys:
            self._read_statistics(*key)
        found = {key: self._exploration.statistics(*key) for key in keys}
        return TableFacts(
            {key: self._lineage[key] for key in keys if key in self._lineage},
            {key: one for key, one in found.items() if one is not None},
            draft.stored.id if draft.stored is not None else "",
        )

    def _ask_lineage(self, keys: list[TableKey]) -> None:
        change, actor = self._change, self._context.actor
        self._asked.update(keys)

        def done(found: Mapping[TableKey, TableLineage]) -> None:
            if change == self._change:
                self._lineage.update(found)
                self.changed.emit()

        def read(session: DatabaseSession) -> Mapping[TableKey, TableLineage]:
            return table_lineage(session, actor, keys)

        self._context.tasks.read(self, read, done, lambda _error: None, long=True)

    def _read_statistics(self, source_id: str, table: str) -> None:
        """Let a table that isn't large be looked at: one of millions of rows is left in peace."""
        source = self._exploration.source(source_id)
        known = source.table(table) if source is not None else None
        if known is not None and (not source_id or table_browser.is_small(known)):
            self._exploration.read_statistics(source_id, known)

    def uses(self, model: ModelSummary | None, field: str = "") -> tuple[LineageUse, ...] | None:
        """What uses a stored model, or one of its fields; None until it was read. Nothing uses what isn't stored."""
        names = model.definition.names() if model is not None and model.definition is not None else []
        if model is None or (field and field not in names):
            return ()
        key = (model.id, field)
        if ("uses", *key) not in self._asked:
            self._ask_uses(model.id, field)
        return self._uses.get(key)

    def _ask_uses(self, model_id: str, field: str) -> None:
        change, actor = self._change, self._context.actor
        self._asked.add(("uses", model_id, field))

        def done(found: tuple[LineageUse, ...]) -> None:
            if change == self._change:
                self._uses[model_id, field] = found
                self.changed.emit()

        def read(session: DatabaseSession) -> tuple[LineageUse, ...]:
            return model_services.model_uses(session, actor, model_id, (field,) if field else ())

        self._context.tasks.read(self, read, done, lambda _error: None, long=True)
