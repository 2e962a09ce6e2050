"""The parts of a model in words, to tell a screen reader what undo and redo did."""

import dataclasses
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Final

from benchboard.analytics.data_models.definition import Expression, ModelDefinition
from benchboard.i18n import N_, _, in_sentence
from benchboard.ui.studio.data.data_models.canvas_scene import join_kind_title
from benchboard.ui.studio.data.data_models.model_draft import ModelState
from benchboard.ui.studio.data.explore.part_changes import Parts, Step

_MOST_SAID: Final = 60
"""Characters of a description that are told."""

Places = Mapping[str, tuple[int, int]]
"""Where the cards of tables stand on the canvas, in its pixels."""


def model_parts(state: ModelState) -> Parts:
    """The names in a model, by what they are names of."""
    definition = state.definition
    names = [table.table for table in definition.tables]
    joined = [
        f"{name} ({', '.join(f'{left} = {right}' for left, right in join.keys)})"
        for name, join in zip(names[1:], definition.joins, strict=False)
    ]
    return {
        _("Name"): [state.name],
        _("Description"): [_first_words(state.description)],
        _("Tables"): names,
        _("Joins"): joined,
        _("Columns"): [field.name for table in definition.tables for field in table.fields],
        _("Calculated fields"): [one.name for one in definition.calculations],
        _("Measures"): [one.name for one in definition.measures],
    }


def step_parts(before: ModelState, after: ModelState) -> tuple[Parts, Parts]:
    """The parts of two states in which a step is told. A table that came or went is told alone, without its columns and
    its join; a description by its first words."""
    were, are = model_parts(before), model_parts(after)
    if were[_("Tables")] == are[_("Tables")]:
        return were, are
    left_out = (_("Columns"), _("Joins"))
    return _without(were, left_out), _without(are, left_out)


def _without(parts: Parts, rows: Sequence[str]) -> Parts:
    return {row: texts for row, texts in parts.items() if row not in rows}


def _first_words(text: str) -> str:
    return shorten(text, _MOST_SAID, placeholder="…")


def join_kind_text(before: ModelDefinition, after: ModelDefinition) -> str:
    """Which joins keep other rows, and which kind each has now; empty if none does."""
    were, are = ([(one.table, join.kind) for one, join in zip(state.tables[1:], state.joins, strict=False)]
                 for state in (before, after))  # fmt: skip
    kinds = [(table, kind) for (table, kind), old in zip(are, were, strict=False) if table == old[0] and kind != old[1]]
    changed = [_("join of {table} is {kind}").format(table=table, kind=join_kind_title(kind)) for table, kind in kinds]
    return in_sentence(changed) if changed else ""


def expression_step_text(before: ModelDefinition, after: ModelDefinition) -> str:
    """Which calculated field or measure was added or changed, and which others name it as it is called now; empty if
    none was, or if one was removed."""
    parts: tuple[tuple[Sequence[Expression], Sequence[Expression]], ...] = (
        (before.calculations, after.calculations),
        (before.measures, after.measures),
    )
    for were, are in parts:
        known = [one.name for one in were]
        if len(are) > len(were):
            return " ".join(_("Added “{name}”. Not saved yet.").format(name=one.name) for one in are
                            if one.name not in known)  # fmt: skip
        changed = [pair for pair in zip(were, are, strict=False) if pair[0] != pair[1]]
        if len(are) < len(were) or not changed:
            continue
        was, new = next((pair for pair in changed if pair[0].name != pair[1].name), changed[0])
        if was.name == new.name:
            return _("Changed “{name}”.").format(name=new.name)
        pairs = zip(before.expressions(), after.expressions(), strict=False)
        others = [_("“{name}”").format(name=one.name) for old, one in pairs if old != one and one != new]
        if not others:
            return _("Renamed to “{name}”.").format(name=new.name)
        return _("Renamed to “{name}”, also in {others}.").format(name=new.name, others=in_sentence(others))
    return ""


def discard_step_text(step: Step) -> str:
    """What undo or redo did of a discard."""
    return _("Undone: the discarded changes are back.") if step == "undo" else _("Redone: the changes are discarded.")


def shown_text(before: ModelState, after: ModelState) -> str:
    """What differs in how fields are shown, and of which field; empty if nothing does."""
    were = {one.name: one.display for one in before.definition.fields()}
    are = {one.name: one.display for one in after.definition.fields()}
    changed = [
        _("{step} of “{name}”").format(step=_(_SHOWN[part.name]), name=name)
        for name, display in are.items()
        if (was := were.get(name)) is not None
        for part in dataclasses.fields(display)
        if part.name in _SHOWN and getattr(was, part.name) != getattr(display, part.name)
    ]
    return in_sentence(changed) if changed else ""


def changed_text(changed: str) -> str:
    """That something of a field is shown otherwise: `changed` as `shown_text` returns it."""
    return _("Changed: {names}.").format(names=changed) if changed else _("Nothing changed.")


_SHOWN: Final = {
    "title": N_("title"),
    "unit": N_("unit"),
    "format": N_("format"),
    "description": N_("description"),
    "hidden": N_("visibility"),
}


def moved_text(before: Places, after: Places) -> str:
    """Which tables stand elsewhere on the canvas; empty if none does."""
    moved = [table for table, place in after.items() if before.get(table, place) != place]
    return _("{tables} moved").format(tables=in_sentence(moved)) if moved else ""
