"""Texts with variables: a variable in a title, tab name or text is replaced by its value.

The document keeps the text as written. Queries name variables differently (`:name`), and their values are bound as
parameters, never inserted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, with_fields
from benchboard.dashboards.layout import Item, Pane
from benchboard.dashboards.variables.range_text import range_text
from benchboard.i18n import _, in_sentence, ngettext

Values = Mapping[str, tuple[str, ...]]
Labels = Mapping[str, Mapping[str, str]]

_NAMED: Final = re.compile(
    r"""\$(?P<bare>[A-Za-z_]\w*)
      | \$\{(?P<braced>[A-Za-z_]\w*)(?::\w*)?\}
      | \[\[(?P<bracketed>[A-Za-z_]\w*)(?::\w*)?\]\]""",
    re.ASCII | re.VERBOSE,
)
"""A variable in a title. What may follow a colon is another program's format for the values."""
_SHOWN: Final = 3
"""Values that are named; more are only counted."""
_LISTED: Final = 12
"""The same on a line of its own."""
_LONG: Final = 80
_MOST: Final = 500
"""Most replacements in a text."""
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&~|#!]|^[-+=]|(?<=\d)[.)](?=\s)")
"""Characters that are Markdown syntax."""


def variables_in(text: str) -> frozenset[str]:
    """The variables that a title or text names, whether or not they exist."""
    return frozenset(found[found.lastgroup or ""] for found in _NAMED.finditer(text))


def substitute(text: str, known: Mapping[str, str]) -> str:
    """The text with each variable in `known` replaced; other variables stay as written."""
    return _NAMED.sub(lambda found: known.get(found[found.lastgroup or ""], found[0]), text, count=_MOST)


def rename_variables(text: str, names: Mapping[str, str]) -> str:
    """The text with variables renamed, each in the syntax used there."""
    return _NAMED.sub(lambda found: _with_name(found, names), text)


def _with_name(found: re.Match[str], names: Mapping[str, str]) -> str:
    group = found.lastgroup or ""
    start, end = (place - found.start() for place in found.span(group))
    return found[0][:start] + names.get(found[group], found[group]) + found[0][end:]


def display_values(variables: Sequence[Variable], labels: Labels, own: Values = MappingProxyType({})) -> dict[str, str]:
    """The selected values of each variable, as text.

    `labels` has the values' labels, `own` selections that differ here.
    """
    return {one.name: _words(one, labels.get(one.name, {}), own.get(one.name)) for one in variables}


def selection_summary(variables: Sequence[Variable], labels: Labels) -> str:
    """The selected values of all variables as one line: `Shop: EUR, GBP · State: All`."""
    return " · ".join(_chosen(one, labels.get(one.name, {})) for one in variables)


def _chosen(variable: Variable, labels: Mapping[str, str]) -> str:
    if variable.type == "range":
        summary = range_text(variable)
    elif variable.all_chosen:
        summary = _("All")
    else:
        more = len(variable.chosen) - _LISTED
        named = ", ".join(_short(labels.get(value, value)) for value in variable.chosen[:_LISTED]) or _("none")
        summary = f"{named} +{more}" if more > 0 else named
    return _("{name}: {values}").format(name=_short(variable.label or variable.name), values=summary)


def _words(variable: Variable, labels: Mapping[str, str], own: tuple[str, ...] | None) -> str:
    if variable.type == "range":
        return range_text(variable)
    if own is None and variable.all_chosen:
        return _("All")
    chosen = variable.chosen if own is None else own
    if not chosen:
        return _("none")
    named = [_short(labels.get(value, value)) for value in chosen[:_SHOWN]]
    more = len(chosen) - _SHOWN
    if more > 0:
        words = ngettext("{names} and {count} more", "{names} and {count} more", more)
        return words.format(names=", ".join(named), count=more)
    return in_sentence(named)


def _short(value: str) -> str:
    words = " ".join(value.replace("\0", " ").split()) or _("empty")
    return words if len(words) <= _LONG else f"{words[: _LONG - 1]}…"


class TemplateRenderer:
    """Renders the texts of items with these values, once for each item.

    `own` are the values of repeated items (id → variable → value).
    """

    def __init__(
        self,
        variables: Sequence[Variable] = (),
        labels: Labels = MappingProxyType({}),
        own: Mapping[str, Values] = MappingProxyType({}),
    ) -> None:
        self._of = (tuple(variables), {name: dict(known) for name, known in labels.items()}, dict(own))
        self._known = display_values(variables, labels)
        self._rendered: dict[str, tuple[Item, Item]] = {}

    def same_as(self, other: "TemplateRenderer") -> bool:
        """Whether it gives the same texts as another one."""
        return self._of == other._of

    def item(self, item: Item) -> Item:
        """The item as it is shown; the same object if it names no variable."""
        if not self._known:
            return item
        rendered = self._rendered.get(item.id)
        if rendered is None or rendered[0] is not item:
            rendered = self._rendered[item.id] = (item, self._filled(item))
        return rendered[1]

    def _filled(self, item: Item) -> Item:
        title, config = item.source.get("title"), item.source.get("config")
        text = config.get("text") if isinstance(config, Mapping) else None
        words = [part for part in (title, text, *(pane.title for pane in item.panes)) if isinstance(part, str)]
        if not any(variables_in(part) & self._known.keys() for part in words):
            return item
        variables, labels, own = self._of
        known = display_values(variables, labels, own[item.id]) if item.id in own else self._known
        fields: dict[str, object] = {}
        if isinstance(title, str):
            fields["title"] = _cut(substitute(title, known))
        if isinstance(config, Mapping) and isinstance(text, str):
            plain = {name: _plain(known[name]) for name in variables_in(text) & known.keys()}
            fields["config"] = {**config, "text": substitute(text, plain)}
        return replace(
            with_fields(item, **fields), panes=_named(item.panes, lambda words: _cut(substitute(words, known)))
        )


def _named(panes: tuple[Pane, ...], say: Callable[[str], str]) -> tuple[Pane, ...]:
    return tuple(replace(pane, title=say(pane.title)) if pane.title else pane for pane in panes)


def _cut(words: str) -> str:
    return words if len(words) <= MAX_TITLE else f"{words[: MAX_TITLE - 1]}…"


def _plain(value: str) -> str:
    """A value escaped for Markdown."""
    return _MARKUP.sub(r"\\\g<0>", value)
