"""What changed between two questions, in words for a screen reader: parts that were added, removed or changed."""

from collections.abc import Mapping, Sequence
from typing import Literal

from benchboard.i18n import _

Parts = Mapping[str, Sequence[str]]
"""The texts of the chips of each row, by the title of the row."""
Step = Literal["undo", "redo"]


def step_text(step: Step, before: Parts, after: Parts, otherwise: str = "") -> str:
    """What undo or redo did, where that can be said; `otherwise` is what did change if the parts are the same."""
    changed = change_text(before, after, undone=step == "undo") or otherwise
    if not changed:
        return _("Undone") if step == "undo" else _("Redone")
    return (_("Undone: {step}") if step == "undo" else _("Redone: {step}")).format(step=changed)


def change_text(before: Parts, after: Parts, *, undone: bool = False) -> str:
    """The difference between the parts of two questions over one table; empty if they differ in their order alone."""
    sentences: list[str] = []
    came = _("{row}: {part} is back.") if undone else _("{row}: {part} added.")
    went = _("{row}: {part} is gone again.") if undone else _("{row}: {part} removed.")
    for title, texts in after.items():
        known = before.get(title, ())
        added = [one for one in texts if one not in known]
        removed = [one for one in known if one not in texts]
        if len(added) == len(removed) == 1 and len(texts) == len(known):
            changed = _("{row}: {before} changed to {after}.")
            sentences.append(changed.format(row=title, before=removed[0], after=added[0]))
            continue
        sentences += [came.format(row=title, part=one) for one in added]
        sentences += [went.format(row=title, part=one) for one in removed]
    return " ".join(sentences)
