"""The table of what uses a table, a column, a model or a field; each row leads there."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from benchboard.analytics.sources.lineage import LineageUse, UseKind, use_kind_title
from benchboard.i18n import _
from benchboard.ui.studio.data.text_table import TextRow, TextTable
from benchboard.ui.theme import theme
from benchboard.ui.widgets import MenuItem, menu

if TYPE_CHECKING:
    from benchboard.ui.context import Context

ICONS: Final[dict[UseKind, str]] = {
    "model": "ph.tree-structure",
    "field": "ph.math-operations",
    "widget": "ph.squares-four",
    "variable": "ph.faders",
    "alert": "ph.bell",
}


def use_address(use: LineageUse) -> str:
    """Where something that uses data is shown; empty where it isn't in the window, or another user's."""
    if use.kind == "model":
        return f"studio/models/{use.id}"
    if use.kind == "widget" and use.dashboard_id:
        return f"studio/dashboards/{use.dashboard_id}/show/{use.id}"
    if use.dashboard_id:
        return f"studio/dashboards/{use.dashboard_id}"
    return "studio/home" if use.dashboard == _("Home") else ""


class UsesTable(TextTable):
    """Shows uses; Enter or a double click goes to one. `field_opened` is called with the name of a field of the
    model. A `narrow` one says kinds by icons alone."""

    def __init__(
        self,
        context: "Context",
        name: str,
        field_opened: Callable[[str], object] | None = None,
        *,
        narrow: bool = False,
    ) -> None:
        super().__init__(name, _("Used by"), opens=True)
        self._context, self._field_opened, self._narrow = context, field_opened, narrow
        self.uses: Sequence[LineageUse] = ()
        self.opened.connect(self._open)
        self.menu_requested.connect(self._open_menu)

    def show_uses(self, uses: Sequence[LineageUse]) -> None:
        """Show other uses."""
        self.uses = tuple(uses)
        columns: list[tuple[str, Callable[[LineageUse], str]]] = [(_("Name"), lambda one: one.name or _("Untitled"))]
        if not self._narrow:
            columns.append((_("Kind"), lambda one: use_kind_title(one.kind)))
        if any(one.dashboard for one in uses):
            columns.append((_("Dashboard"), lambda one: one.dashboard))
        if any(one.through for one in uses):
            columns.append((_("Through"), lambda one: one.through))
        rows = [TextRow(tuple(read(one) for _head, read in columns), ICONS[one.kind]) for one in uses]
        self.show_rows([head for head, _read in columns], rows)

    def fit_rows(self, most: int) -> None:
        """Be as high as the rows need, up to `most` of them."""
        rows = min(len(self.uses), most)
        self.setFixedHeight(theme().px("table.header") + rows * theme().px("table.row.compact") + 14)

    def _open_menu(self, place: int) -> None:
        """What can be done with a row: go there, if it is in the window."""
        use = self.uses[place]
        leads = bool(use_address(use)) or (use.kind == "field" and self._field_opened is not None)
        why_not = "" if leads else _cant_open(use)
        item = MenuItem(_("Open"), partial(self._open, place), ICONS[use.kind], why_not=why_not, name="use_open")
        menu(self.row_anchor(place), [item], name="use_menu")

    def _open(self, place: int) -> None:
        use = self.uses[place]
        if use.kind == "field" and self._field_opened is not None:
            self._field_opened(use.name)
        elif address := use_address(use):
            self._context.go(address)
        else:
            self._context.problems.refuse(_cant_open(use))


def _cant_open(use: LineageUse) -> str:
    return _("“{name}” can't be opened from here.").format(name=use.name)
