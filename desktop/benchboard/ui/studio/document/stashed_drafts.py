"""Recovered drafts that no longer fit their widget: it was changed, deleted, or can't have this content any more.

They are kept until the user applies, copies or discards them.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import shiboken6

from benchboard.dashboards.editing.drafts import STASHED, draft_error, field_of, value_at
from benchboard.i18n import _
from benchboard.ui.problems import Action, Problems
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.page_notices import PageNotices
from benchboard.ui.system_clipboard import copy_text

_SHORT: Final = 60
"""Characters of a draft that are shown in its notice."""


class StashedDrafts:
    """Offers the stashed drafts of one page in notices.

    `draft` keeps one in the page's journal, or removes it (None).
    """

    def __init__(
        self, notices: PageNotices, problems: Problems, editor: Editor, key: str,
        draft: Callable[[str, str | None], None],
    ) -> None:  # fmt: skip
        self._notices, self._problems, self._editor, self._key, self._draft = notices, problems, editor, key, draft
        self._texts: dict[str, str] = {}

    def add(self, where: str, text: str) -> None:
        """Stash the draft of `where`, under a key of its own so that new typing there doesn't replace it.

        A draft that is stashed already keeps its key.
        """
        if not where.startswith(STASHED):
            drafted, where = where, STASHED + where
            while where in self._texts:
                where = STASHED + where
            self._draft(where, text)
            self._draft(drafted, None)
        self._texts[where] = text
        self._offer(where)

    def dismiss(self) -> None:
        """Dismiss all notices: the page is closing. The drafts are offered again when it is opened again."""
        for where in self._texts:
            self._notices.dismiss(self._notice_key(where))

    def _offer(self, where: str) -> None:
        text, item_id = self._texts[where], field_of(where)[1]
        there = item_id in self._editor.page.paths
        refused = draft_error(self._editor.state, where, text) if there else None
        if there and refused is None:
            self._notices.notice(
                _("“{title}” changed while you were editing it.").format(title=self._editor.name(item_id)),
                _("The dashboard shows their version. Yours is kept on this computer until you decide."),
                Action(_("Keep mine"), partial(self._keep_mine, where)),
                Action(_("Keep theirs"), partial(self._discard, where)),
                kind="warn",
                key=self._notice_key(where),
            )
            return
        words = " ".join(text.split())
        what = _("A widget you were editing was removed.")
        why = _("Your text, “{text}”, is kept on this computer until you copy or discard it.").format(
            text=words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"
        )
        if refused is not None:
            what = _("Your edit to “{title}” can't be applied.").format(title=self._editor.name(item_id))
            why = " ".join((refused.what, why))
        self._notices.notice(
            what,
            why,
            Action(_("Copy text"), partial(self._copy, where)),
            Action(_("Discard text"), partial(self._discard, where)),
            kind="warn",
            key=self._notice_key(where),
        )

    def _keep_mine(self, where: str) -> None:
        editor, text, (key, item_id) = self._editor, self._texts[where], field_of(where)
        if not shiboken6.isValid(editor):
            return
        if item_id in editor.page.paths:
            editor.set_property(item_id, key, text)
        if value_at(editor.document, where) == text:
            self._discard(where)
            editor.reveal([item_id])
            return
        if item_id in editor.page.paths:
            self._problems.refuse(editor.read_only_reason or _("Content is locked."))
        self._offer(where)

    def _copy(self, where: str) -> None:
        copy_text(self._texts[where])
        self._discard(where)

    def _discard(self, where: str) -> None:
        del self._texts[where]
        self._draft(where, None)

    def _notice_key(self, where: str) -> str:
        return f"studio.aside.{self._key}.{where}"
