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


def _filled_text(title: str, text: str, *, undone: bool) -> str:
    """That a text was written where there was none, or the other way round."""
    if text:
        words = _("{row}: {part} is back.") if undone else _("{row}: {part} added.")
        return words.format(row=title, part=text)
    return (_("{row} is empty again.") if undone else _("{row} is empty.")).format(row=title)


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
            if not added[0] or not removed[0]:
                sentences.append(_filled_text(title, added[0], undone=undone))
                continue
            changed = _("{row}: {before} changed to {after}.")
            sentences.append(changed.format(row=title, before=removed[0], after=added[0]))
            continue
        sentences += [came.format(row=title, part=one) for one in added]
        sentences += [went.format(row=title, part=one) for one in removed]
    return " ".join(sentences)
