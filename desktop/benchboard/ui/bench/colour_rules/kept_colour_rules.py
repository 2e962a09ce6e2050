"""The rules that give frames a colour, in the settings: the live bus and recordings share them."""

import json
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from benchboard.canbus.colour_rules import ColourRule, ColourRules, plain_rules, rules_of
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.context import Context


class KeptColourRules(QObject):
    """`changed`: there are other rules. One lives as long as the session. Each edit is said by a toast, which undoes
    it; raises as `ColourRules.put`.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._context = context
        self.rules = _read(context.settings.frame_colours)

    @staticmethod
    def of(context: Context) -> "KeptColourRules":
        """The rules of the session, which are kept in the settings of the newest window."""
        existing = context.session.findChild(KeptColourRules)
        if existing is None:
            return KeptColourRules(context)
        existing._context = context
        return existing

    def add(self, rule: ColourRule) -> None:
        """Put a rule after the others."""
        self._put(rule, len(self.rules.rows), _("Colour rule {name} added").format(name=rule.title))

    def change(self, rule: ColourRule) -> None:
        """Put this one in place of the one with its key."""
        said = _("Colour rule {name} changed").format(name=rule.title)
        self._put(rule, self.rules.place_of(rule.key), said)

    def turn(self, rule: ColourRule, *, on: bool) -> None:
        """Turn a rule on or off."""
        said = _("Colour rule {name} is on") if on else _("Colour rule {name} is off")
        self._put(replace(rule, on=on), self.rules.place_of(rule.key), said.format(name=rule.title))

    def move(self, rule: ColourRule, by: int) -> None:
        """Put a rule so many places further down, if there are any."""
        place = self.rules.place_of(rule.key)
        if 0 <= place + by < len(self.rules.rows):
            self._put(rule, place + by, _("Colour rule {name} moved").format(name=rule.title))

    def delete(self, rule: ColourRule) -> None:
        """Delete a rule."""
        self._set(rule.key, None, 0, _("Colour rule {name} deleted").format(name=rule.title))

    def _put(self, rule: ColourRule, place: int, said: str) -> None:
        self._set(rule.key, rule, place, said)

    def _set(self, key: int, rule: ColourRule | None, place: int, said: str) -> None:
        """Have `rule` as the one with this key, at this place, or none, and say so. Undo brings back this one alone:
        others may have changed meanwhile.
        """
        before, at = self.rules.find(key), self.rules.place_of(key)
        self.rules = self.rules.without(key) if rule is None else self.rules.put(rule, place)
        kept = json.dumps(plain_rules(self.rules), ensure_ascii=False) if self.rules.rows else ""
        self._context.apply_settings(replace(self._context.settings, frame_colours=kept))
        self.changed.emit()
        shown = before if before is not None else rule
        undone = _("Colour rule {name} restored").format(name=shown.title if shown is not None else "")
        if before is None and rule is not None:
            undone = _("Colour rule {name} removed").format(name=rule.title)
        self._context.problems.toast(said, partial(self._restore, key, before, max(at, 0), undone))

    def _restore(self, key: int, rule: ColourRule | None, place: int, said: str) -> None:
        """As `_set`, by undo or redo; if there are too many rules by now, say so."""
        try:
            self._set(key, rule, place, said)
        except Invalid as error:
            self._context.problems.step_is_said()
            self._context.problems.refuse(error.what)


def _read(text: str) -> ColourRules:
    try:
        return rules_of(json.loads(text or "[]"))
    except (ValueError, RecursionError):
        return ColourRules()
