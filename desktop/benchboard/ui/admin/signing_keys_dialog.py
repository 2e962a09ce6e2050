"""The dialog of the keys that tokens are signed with: made, rotated and retired; it follows what others change."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.identity.oauth import signing_keys
from benchboard.identity.oauth.signing_keys import ALGORITHMS, OVERLAPS, KeyState, SigningKey, state_title
from benchboard.ui.admin import client_actions
from benchboard.ui.admin.client_secret_dialogs import overlap_title
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import (
    Badge,
    Button,
    Confirm,
    Dialog,
    Elided,
    Field,
    Paragraph,
    Select,
    scroll_area,
)
from benchboard.ui.widgets.badges import Kind
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow

_BADGES: dict[KeyState, tuple[Kind, str]] = {
    "signing": ("ok", ""),
    "published": ("info", "ph.megaphone"),
    "retired": ("warn", "ph.clock"),
    "ended": ("neutral", "ph.prohibit"),
}
_DEFAULT = timedelta(days=1)


class _SigningKeyRow(ReadableRow):
    """A key: its ID and algorithm, its state, since or until when, and a button that ends its publishing."""

    def __init__(self, key: SigningKey, retire: Callable[[], object], denied: str) -> None:
        super().__init__()
        kind, icon = _BADGES[key.state]
        title = state_title(key.state)
        when = _when(key)
        self.setAccessibleName(", ".join(part for part in (key.kid, key.algorithm, title, when) if part))
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(Elided(key.kid, "mono"))
        column.addWidget(Elided(", ".join(part for part in (key.algorithm, when) if part), "caption", "muted"))
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 4, 4, 4)
        line.addLayout(column, 1)
        line.addWidget(Badge(kind, title, icon))
        if key.state in ("published", "retired"):
            button = Button(_("Retire"), retire, kind="danger", size="sm", name=f"key_retire_{key.kid}")
            button.disable(denied)
            line.addWidget(button)


def _when(key: SigningKey) -> str:
    if key.state == "signing":
        return _("since {time}").format(time=full_time(key.signing_since))
    if key.state == "published":
        return _("signs from the next rotation on")
    words = _("published until {time}")
    return words.format(time=full_time(key.published_until)) if key.published_until else ""


class SigningKeysDialog(Dialog):
    """Lists the organisation's signing keys, and changes them."""

    def __init__(self, window: QWidget, context: Context) -> None:
        super().__init__(window, _("Signing keys"), size=QSize(600, 520), name="signing_keys")
        self._context, self._denied = context, client_actions.why_no_changes(context)
        self._keys: tuple[SigningKey, ...] = ()
        text = _("Tokens are signed with one key. Programs verify them with the published public halves.")
        self.content.addWidget(Paragraph(text, "body", "secondary"))
        self._rows, self._none = ReadableList(_("Signing keys")), Paragraph("", "body", "muted")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self._rows)
        column.addWidget(self._none)
        column.addStretch(1)
        self.content.addWidget(scroll_area(holder), 1)
        holder.setAutoFillBackground(False)
        self._algorithm = Select([(one, one) for one in ALGORITHMS], name="keys_algorithm", label=_("Algorithm"))
        choices = [(str(at), overlap_title(one)) for at, one in enumerate(OVERLAPS)]
        self._overlap = Select(choices, name="keys_overlap", label=_("The old key ends"))
        self._overlap.set_current_key(str(OVERLAPS.index(_DEFAULT)))
        self._overlap.currentIndexChanged.connect(self._explain)
        self._overlap_field = Field(_("When you rotate, the old key ends"), self._overlap, note=" ")
        line = QHBoxLayout()
        line.addWidget(Field(_("New keys have the algorithm"), self._algorithm, note=" "), 1)
        line.addWidget(self._overlap_field, 1)
        self.content.addLayout(line)
        self._generate = self.add_button(Button(_("Publish a new key"), self._on_generate, name="keys_generate"))
        self._rotate = self.add_button(Button(_("Rotate keys"), self._on_rotate, kind="primary", name="keys_rotate"))
        self._generate.disable(self._denied)
        self._rotate.disable(self._denied or _("Loading…"))
        context.changed.watch(self, {"jwks"}, self.refresh)
        self._explain()
        self.refresh()

    def refresh(self) -> None:
        """Read the keys again."""
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: signing_keys.list_keys(session, actor), self._show)

    def _show(self, keys: tuple[SigningKey, ...]) -> None:
        self._keys = keys
        self._rows.show_rows([_SigningKeyRow(key, partial(self._retire, key), self._denied) for key in keys])
        self._rows.setVisible(bool(keys))
        self._none.setVisible(not keys)
        self._none.setText(_("No signing keys yet. The first one signs at once."))
        self._rotate.disable(self._denied or ("" if keys else _("Publish a key first.")))

    def _explain(self) -> None:
        at_once = _("Tokens that it signed can't be verified any more. For a key that leaked.")
        later = _("Tokens that it signed can be verified until then.")
        self._overlap_field.set_note(later if self._chosen() else at_once)

    def _chosen(self) -> timedelta:
        return OVERLAPS[int(self._overlap.current_key())]

    def _on_generate(self) -> None:
        actor, algorithm = self._context.actor, self._algorithm.current_key()
        done = {
            "signing": _("The key {kid} signs from now on"),
            "published": _("Signing key {kid} published"),
        }
        self._context.tasks.change(
            self,
            lambda session: signing_keys.generate_key(session, actor, algorithm),
            lambda key: self._context.problems.toast(done.get(key.state, "{kid}").format(kid=key.kid)),
        )

    def _on_rotate(self) -> None:
        actor, overlap = self._context.actor, self._chosen()
        waiting = any(key.state == "published" for key in self._keys)
        algorithm = None if waiting else self._algorithm.current_key()

        def run() -> None:
            self._context.tasks.change(
                self,
                lambda session: signing_keys.rotate_key(session, actor, overlap=overlap, algorithm=algorithm),
                lambda key: self._context.problems.toast(_("The key {kid} signs from now on").format(kid=key.kid)),
            )

        if overlap:
            run()
            return
        self._ask(_("End the present key at once?"), _("Rotate keys"), run)

    def _retire(self, key: SigningKey) -> None:
        actor = self._context.actor

        def run() -> None:
            self._context.tasks.change(
                self,
                lambda session: signing_keys.retire_key(session, actor, key.kid),
                lambda _key: self._context.problems.toast(_("Signing key {kid} retired").format(kid=key.kid)),
            )

        self._ask(_("Retire the key {kid}?").format(kid=key.kid), _("Retire key"), run)

    def _ask(self, question: str, act: str, run: Callable[[], None]) -> None:
        text = _("Tokens that it signed can't be verified any more: people sign in again. You can't undo this.")
        Confirm(self.window(), question, text, act=act, keep=_("Keep it"), run=run).open()
