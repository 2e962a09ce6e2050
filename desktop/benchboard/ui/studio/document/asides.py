"""What was being written at a widget that says something else by now, is gone, or may not say it: kept until somebody
takes, copies or drops it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtGui import QGuiApplication

from benchboard.dashboards import editing
from benchboard.dashboards.document import Document
from benchboard.dashboards.layout import everything
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.problems import Action
from benchboard.ui.studio.document.editor import Editor

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_ASIDE: Final = "aside/"
"""Before the place (`<key>/<id>`) a draft was written at, that place being somebody else's since."""
_SHORT: Final = 60
"""Characters of it that are shown."""


class Asides:
    """Offers the texts that were put aside of one page. `draft` keeps one in its journal; None: not any more."""

    def __init__(self, context: "Context", editor: Editor, key: str, draft: Callable[[str, str | None], None]) -> None:
        self._problems, self._editor, self._key, self._draft = context.problems, editor, key, draft
        self._texts: dict[str, str] = {}

    def put(self, where: str, text: str) -> None:
        """Keep what was written there, beside what is written there from now on. One that is an aside stays it."""
        if not where.startswith(_ASIDE):
            drafted, where = where, _ASIDE + where
            while where in self._texts:
                where = _ASIDE + where
            self._draft(where, text)
            self._draft(drafted, None)
        self._texts[where] = text
        self._offer(where)

    def hush(self) -> None:
        """Offer nothing any more: the page goes. What is kept is offered when it is opened again."""
        for where in self._texts:
            self._problems.dismiss(self._name(where))

    def _offer(self, where: str) -> None:
        text, item_id = self._texts[where], _place(where)[1]
        there = item_id in self._editor.page.paths
        refused = why_refused(self._editor, where, text) if there else None
        if there and refused is None:
            self._problems.notice(
                _("“{title}” was changed elsewhere while you were writing at it.").format(
                    title=self._editor.name(item_id)
                ),
                _("Theirs is on the page. What you wrote is kept on this computer until you take or drop it."),
                Action(_("Take mine"), partial(self._take, where)),
                Action(_("Drop mine"), partial(self._drop, where)),
                kind="warn",
                key=self._name(where),
            )
            return
        words = " ".join(text.split())
        what = _("A widget you were writing at was removed elsewhere.")
        why = _("What you wrote, “{text}”, is kept on this computer until you copy or drop it.").format(
            text=words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"
        )
        if refused is not None:
            what = _("What you were writing at “{title}” cannot stand there.").format(title=self._editor.name(item_id))
            why = " ".join((refused.what, why))
        self._problems.notice(
            what,
            why,
            Action(_("Copy it"), partial(self._copy, where)),
            Action(_("Drop it"), partial(self._drop, where)),
            kind="warn",
            key=self._name(where),
        )

    def _take(self, where: str) -> None:
        editor, text, (key, item_id) = self._editor, self._texts[where], _place(where)
        if not shiboken6.isValid(editor):
            return
        if item_id in editor.page.paths:
            editor.tell(item_id, key, text)
        if said_at(editor.document, where) == text:
            self._drop(where)
            editor.reveal([item_id])
            return
        if item_id in editor.page.paths:
            self._problems.toast(editor.why_not or _("Its content is kept."))
        self._offer(where)

    def _copy(self, where: str) -> None:
        QGuiApplication.clipboard().setText(self._texts[where])
        self._drop(where)

    def _drop(self, where: str) -> None:
        del self._texts[where]
        self._draft(where, None)

    def _name(self, where: str) -> str:
        return f"studio.aside.{self._key}.{where}"


def why_refused(editor: Editor, where: str, text: str) -> Invalid | None:
    """Why no document may say this at the place of a draft, if the widget is there."""
    key, item_id = _place(where)
    try:
        editing.told(editor.page, [item_id], key, text, editor.document.compact)
    except Invalid as error:
        return error
    return None


def is_aside(where: str) -> bool:
    """Whether a draft is one that was put aside."""
    return where.startswith(_ASIDE)


def said_at(document: Document, where: str) -> object:
    """What the document says at the place of a draft; None where there is no such widget, or it says nothing there."""
    key, item_id = _place(where)
    field, _dot, setting = key.partition(".")
    said = next(
        (found.item.source.get(field) for found in everything(document.layout) if found.item.id == item_id), None
    )
    return said.get(setting) if setting and isinstance(said, dict) else said


def _place(where: str) -> tuple[str, str]:
    while where.startswith(_ASIDE):
        where = where.removeprefix(_ASIDE)
    key, _slash, item_id = where.partition("/")
    return key, item_id
