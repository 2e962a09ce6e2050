"""What an admin did and can undo, and then redo: a toast for each."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.admin.admin_format import undone_text
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession

Undone = TypeVar("Undone")
Fields = TypeVar("Fields", bound=Any)
"""A dataclass whose fields are None where they don't change."""


def offer_undo(
    context: Context,
    owner: QWidget,
    text: str,
    step: str,
    undo: Callable[[DatabaseSession], Undone],
    redo: Callable[[DatabaseSession, Undone], object],
) -> None:
    """Say by `text` what was done, and offer to undo it, then to redo it, and so on.

    `step` is what is said to be undone, such as `new role “Auditor”`. `undo` and `redo` run on a worker in a
    transaction; `redo` is given what `undo` returned.
    """

    def take_back() -> None:
        context.tasks.change(owner, undo, taken_back)

    def taken_back(undone: Undone) -> None:
        def again() -> None:
            context.tasks.change(owner, lambda session: redo(session, undone), done_again)

        context.problems.toast(undone_text(step), again)

    def done_again(_result: object) -> None:
        context.problems.toast(_("Redone: {step}").format(step=step), take_back)

    context.problems.toast(text, take_back)


def only_changed(now: Fields, before: Fields) -> Fields:
    """Of the fields of a change, those that really changed, which are not None in `before`: to make it again."""
    changed: Fields = replace(now, **{one.name: None for one in fields(before) if getattr(before, one.name) is None})
    return changed
