"""What a step of an import changed, in words, for what its undo tells."""

from collections.abc import Mapping
from typing import Final

from benchboard.i18n import N_, _
from benchboard.ui.studio.data.import_draft import ImportDraft

_PARTS: Final[Mapping[str, str]] = {
    "delimiter": N_("Separator"),
    "decimal_mark": N_("Decimal mark"),
    "thousands_mark": N_("Thousands separator"),
    "encoding": N_("Encoding"),
    "date_order": N_("Dates"),
    "zoned_times": N_("Times"),
    "header": N_("Column names on line"),
    "trim_spaces": N_("Remove spaces around text"),
}
"""The titles of the read options by their names."""


def step_text(before: ImportDraft, after: ImportDraft) -> str:
    """What differs between two drafts: the titles of options, or the names of columns; empty for anything else."""
    names = [one for one in {**before.options, **after.options} if before.options.get(one) != after.options.get(one)]
    parts = [_(_PARTS[one]) for one in names if one in _PARTS]
    keys = [one for one in {**before.columns, **after.columns} if before.choice(one) != after.choice(one)]
    parts += [_("column “{name}”").format(name=key[2]) for key in keys]
    if before.file_names != after.file_names:
        parts.append(_("Add file names as a column"))
    if before.nested != after.nested:
        parts.append(_("Read subfolders"))
    return ", ".join(parts)
