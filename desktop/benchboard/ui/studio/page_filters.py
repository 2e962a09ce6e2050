"""The filters of a page: what they are, as text; by keyboard, entries of the palette that open them, and commands that
clear them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from benchboard.dashboards.document import time_range
from benchboard.dashboards.editing.filter_clearing import is_clear
from benchboard.dashboards.variables.templating import selection_summary
from benchboard.errors import Invalid
from benchboard.i18n import _, in_sentence
from benchboard.ui.sections import PageItem
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.time_range_field import comparison, usage
from benchboard.ui.studio.panes.value_list import value_label
from benchboard.ui.studio.panes.variables_bar import VariablesBar
from benchboard.ui.time_format import utc_span

if TYPE_CHECKING:
    from benchboard.ui.context import Context


def filter_facts(editor: Editor) -> tuple[str, ...]:
    """What a page is filtered by and compared with, a text for each, as an export of it says."""
    found, shown, now = [], editor.time_range, datetime.now(UTC)
    if usage(editor)[0]:
        with suppress(Invalid):
            period = shown.period(now)
            span = _("{period} (UTC)").format(period=utc_span(period.start, period.end))
            found.append(f"{name}: {span}" if (name := time_range.title(shown)) else span)
            if comparison(editor).count:
                before = time_range.before(shown, now)
                found.append(_("Before: {period}").format(period=utc_span(before.start, before.end)))
    if variables := selection_summary(editor.reader_document.variables, editor.labels):
        found.append(variables)
    if selections := [one.title for one in editor.point_selections if one.filter is not None]:
        found.append(_("Filtered by {filters}").format(filters=in_sentence(selections)))
    return tuple(found)


class PageFilters:
    """Opens, focuses and clears the filters of a page."""

    def __init__(self, context: "Context", editor: Editor, fields: VariablesBar) -> None:
        self._context, self._editor, self._fields = context, editor, fields
        fields.clear_requested.connect(self.clear)

    def page_items(self) -> list[PageItem]:
        """An entry of the palette for each filter, which opens it."""
        return [
            PageItem(
                _("Filter: {name}").format(name=value_label(one.label or one.name)),
                partial(self._fields.open_variable, one.name),
                self._fields.selection_text(one),
                "ph.funnel",
            )
            for one in self._fields.variables
        ]

    def focus(self) -> None:
        """Focus the first filter."""
        self._fields.focus_fields()

    def why_none(self) -> str:
        """Why no filter can be focused; empty if one can."""
        return _("This page has no filters yet.") if self._fields.isHidden() else ""

    def why_nothing_to_clear(self) -> str:
        """Why there is nothing to clear; empty if there is."""
        return "" if self._editor.can_clear_filters else _("No filter is set.")

    def clear(self, name: str) -> None:
        """Clear the filter with this name, or (empty) reset the time range, with a message that undoes it."""
        if not self._editor.clear_filter(name):
            self._context.problems.refuse(_("This filter isn't set.") if name else _("This is already the default."))
            return
        if not name:
            self._show(_("The time range is the dashboard's default."), partial(self.clear, name))
            return
        variable = next(one for one in self._editor.reader_document.variables if one.name == name)
        label = value_label(variable.label or name)
        text = _("Filter “{name}” cleared.") if is_clear(variable) else _("“{name}” has its default value.")
        self._show(text.format(name=label), partial(self.clear, name))

    def clear_all(self) -> None:
        """Clear all filters but the time range, with a message that undoes it."""
        if not self._editor.clear_filters():
            return
        left = [one for one in self._editor.reader_document.variables if not is_clear(one)]
        if left:
            names = ", ".join(value_label(one.label or one.name) for one in left)
            text = _("Filters cleared. These have their default value: {names}.").format(names=names)
        else:
            text = _("All filters cleared.")
        self._show(text, self.clear_all)

    def _show(self, text: str, redo: Callable[[], None]) -> None:
        problems = self._context.problems

        def undo() -> None:
            if self._editor.restore_filters():
                problems.toast(_("The filters are set as before."), redo)
            else:
                problems.refuse(_("The filters have been changed since."))

        problems.toast(text, undo)
