"""The filters of the live bus that are kept by name: a button that applies, saves and removes them."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Edit, MenuItem, Popover, heading, menu
from benchboard.ui.widgets.accessible import announce

MAX_NAME = 60


class SavedFilters(Button):
    """`apply` gets the text of a filter that was chosen; `current` says what is in the field, or nothing."""

    def __init__(self, context: Context, apply: Callable[[str], None], current: Callable[[], str]) -> None:
        super().__init__(
            "", self._open, kind="quiet", icon="ph.bookmark-simple", tip=_("Saved filters"), name="live_saved_filters"
        )
        self._context, self._apply, self._current = context, apply, current

    @property
    def filters(self) -> dict[str, str]:
        """The texts of the saved filters, by name."""
        try:
            kept = json.loads(self._context.settings.live_filters or "{}")
        except (ValueError, RecursionError):
            return {}
        items = kept.items() if isinstance(kept, dict) else ()
        return {name: text for name, text in items if isinstance(text, str)}

    def _open(self) -> None:
        filters, text = self.filters, self._current()
        why_not = "" if text else _("Enter a filter first.")
        items = [
            MenuItem(
                name, partial(self._apply, kept), "ph.funnel", kept, checked=kept == text, name=f"live_filter_{place}"
            )
            for place, (name, kept) in enumerate(sorted(filters.items()))
        ]
        items += [MenuItem("")] if items else []
        items.append(MenuItem(_("Save this filter…"), self.ask_name, "ph.plus", why_not=why_not))
        named = next((name for name, kept in filters.items() if kept == text), "")
        if named:
            items.append(MenuItem(_("Remove {name}").format(name=named), partial(self.remove, named), "ph.x"))
        menu(self, items, name="live_filter_menu")

    def ask_name(self) -> None:
        """Ask for the name to keep the present filter by."""
        text = self._current()
        popover = Popover(self, width=320, name="live_filter_popover")
        field = Edit(placeholder=text, name="live_filter_name", label=_("Name of the filter"))
        field.setMaxLength(MAX_NAME)

        def save() -> None:
            self.save(field.text().strip() or text, text)
            popover.close()

        field.returnPressed.connect(save)
        popover.column.addWidget(heading(_("Save filter")))
        popover.column.addWidget(field)
        popover.column.addWidget(Button(_("Save filter"), save, kind="primary", name="live_filter_save"))
        popover.open()
        field.setFocus()

    def save(self, name: str, text: str) -> None:
        """Keep this filter by this name; a toast brings one back that had it."""
        name = name[:MAX_NAME]
        if self.filters.get(name, text) != text:
            self._change(name, text, _("Filter {name} replaced").format(name=name))
            return
        self._keep({**self.filters, name: text})
        announce(self, _("Filter {name} saved").format(name=name))

    def remove(self, name: str) -> None:
        """Keep the filter of this name no longer; a toast brings it back."""
        self._change(name, None, _("Filter {name} removed").format(name=name))

    def _change(self, name: str, text: str | None, said: str) -> None:
        """Keep `text` by this name, or nothing, and say so; what the name had before comes back by undo."""
        before = self.filters
        kept = {one: other for one, other in before.items() if one != name}
        self._keep(kept if text is None else {**kept, name: text})
        restored = _("Filter {name} restored").format(name=name)
        self._context.problems.toast(said, partial(self._change, name, before.get(name), restored))

    def _keep(self, filters: dict[str, str]) -> None:
        kept = json.dumps(filters, ensure_ascii=False) if filters else ""
        self._context.apply_settings(replace(self._context.settings, live_filters=kept))
