"""The details of one API key: whose it is, until when, and what a program can do with it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.i18n import _, number, sentence_start
from benchboard.identity.api_key_titles import key_state_title, permission_titles
from benchboard.identity.api_keys import ApiKeyRecord, KeyState
from benchboard.ui.commands import REGISTRY
from benchboard.ui.time_format import full_date, full_time, relative_time
from benchboard.ui.widgets import Badge, Button, Elided, Icon, KeyValue, Paragraph, Text, hairline
from benchboard.ui.widgets.badges import Kind
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow

KEY_MARKS: Final[dict[KeyState, tuple[Kind, str]]] = {
    "active": ("usual", ""),
    "expired": ("neutral", "ph.clock"),
    "revoked": ("error", "ph.prohibit"),
}
"""How the states of a key are marked."""
Act = Callable[[ApiKeyRecord], object]


class KeyPane(DetailPane):
    """`rotate` and `revoke` are called with the key that is shown; the first is for one's own active keys alone."""

    def __init__(self, rotate: Act, revoke: Act) -> None:
        super().__init__("key_detail")
        self._key: ApiKeyRecord | None = None
        self._used: Text | None = None
        self._state = Badge("neutral", "")
        self._head = DetailHeader(self.close_button(), self._state, icon="ph.key")
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        facts = DetailSection("")
        self._facts = KeyValue()
        facts.fill(self._facts)
        self._count = Text("", "body", "muted")
        permissions = DetailSection(_("Permissions"), self._count)
        self._rows = ReadableList(_("Permissions"))
        note = _("It can do no more than its person: a permission that they lose, it loses too.")
        permissions.fill(self._rows, Paragraph(note, "caption", "muted"))
        self.column.addWidget(facts)
        self.column.addWidget(hairline())
        self.column.addWidget(permissions)
        self.column.addStretch(1)
        self._rotate = self._action("api_keys.rotate", "key_detail_rotate", rotate)
        self._revoke = self._action("api_keys.revoke", "key_detail_revoke", revoke, danger=True)
        self._actions = QWidget()
        line = FlowLayout(self._actions)
        line.setContentsMargins(16, 10, 16, 10)
        for button in (self._rotate, self._revoke):
            line.addWidget(button)
        self._foot_line = hairline()
        self.foot.addWidget(self._foot_line)
        self.foot.addWidget(self._actions)

    def _action(self, command_id: str, name: str, act: Act, *, danger: bool = False) -> Button:
        command = REGISTRY[command_id]

        def run() -> None:
            if self._key is not None:
                act(self._key)

        return Button(command.text, run, kind="danger" if danger else "plain", icon=command.icon, size="sm", name=name)

    def show_key(self, key: ApiKeyRecord) -> None:
        """Show this key."""
        self._key = key
        self._head.name.setText(key.name)
        self._head.below.setText(key.prefix)
        kind, icon = KEY_MARKS[key.state]
        self._state.show_state("ok" if kind == "usual" else kind, key_state_title(key.state), icon)
        self._used = Text(relative_time(key.last_used_at))
        self._used.setToolTip(full_time(key.last_used_at))
        expires = full_date(key.expires_at.astimezone().date()) if key.expires_at is not None else _("Never")
        rows: list[tuple[str, QWidget]] = [
            (_("Person"), Elided(f"{key.person}, {key.email}")),
            (_("Created"), Text(full_date(key.created_at.astimezone().date()))),
            (_("Last used"), self._used),
            (_("Expires"), Text(expires)),
        ]
        self._facts.show_rows(rows)
        named = [sentence_start(one) for one in permission_titles(key.permissions)]
        self._rows.show_rows([_PermissionRow(one) for one in named])
        self._count.setText(number(len(named)))
        can_rotate, can_revoke = key.mine and key.state == "active", key.state != "revoked"
        self._rotate.setVisible(can_rotate)
        self._revoke.setVisible(can_revoke)
        for widget in (self._foot_line, self._actions):
            widget.setVisible(can_rotate or can_revoke)

    def refresh_times(self) -> None:
        """Show when it was last used as of now."""
        if self._key is not None and self._used is not None:
            text = relative_time(self._key.last_used_at)
            if text != self._used.text():
                self._used.setText(text)


class _PermissionRow(ReadableRow):
    """What a program can do with the key."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 1, 0, 1)
        line.setSpacing(10)
        line.addWidget(Icon("ph.check"))
        line.addWidget(Paragraph(title), 1)
