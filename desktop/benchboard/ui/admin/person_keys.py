"""The API keys of a person, on their page."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.identity.api_key_titles import permissions_title
from benchboard.identity.api_keys import ApiKeyRecord
from benchboard.identity.permissions import Actor, has_permission
from benchboard.identity.users import Person
from benchboard.paging import Page
from benchboard.ui.api_keys.keys_view import expiry_text, last_used_text, revoke_after_confirm
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Elided, Icon, Text
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow, ReadableText


def can_see_keys(actor: Actor, user_id: str) -> bool:
    """Whether somebody may see a person's keys: their own, or as an admin everyone's."""
    own = user_id == actor.user_id
    return has_permission(actor, "keys:write") and (own or has_permission(actor, "users:write"))


class PersonKeysSection(DetailSection):
    """The active API keys of a person, each with a button that revokes it."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            _("API keys"),
            Button(_("View all API keys"), lambda: context.go("admin/keys"), kind="link", name="person_keys_all"),
        )
        self._context = context
        self._rows = ReadableList(_("API keys"))
        self._none = ReadableText("body", "secondary")
        self._rest = Text("", "caption", "muted")
        self.fill(self._rows, self._none, self._rest)

    def show_keys(self, person: Person, page: Page[ApiKeyRecord] | None) -> None:
        """Show these keys; None hides the section, for one who may not see them."""
        self.setVisible(page is not None)
        keys = page.rows if page is not None else ()
        self._none.setText(_("{name} has no active API keys.").format(name=person.name))
        self._none.setVisible(not keys)
        self._rows.setVisible(bool(keys))
        self._rest.setText(_("Showing the {count} newest.").format(count=len(keys)))
        self._rest.setVisible(page is not None and page.next_key is not None)
        self._rows.show_rows([_KeyRow(self._context, self, key) for key in keys])


class _KeyRow(ReadableRow):
    """A key: what it is called, what it may, when it was used and until when it is valid."""

    def __init__(self, context: Context, owner: QWidget, key: ApiKeyRecord) -> None:
        super().__init__()
        self.setObjectName(f"key_{key.id}")
        self._name = Text(key.name, "body_strong")
        used = _("last used {time}").format(time=last_used_text(key))
        self._used = Text(used, "body", "muted")
        self._used.setToolTip(full_time(key.last_used_at))
        title = QHBoxLayout()
        title.setSpacing(6)
        title.addWidget(self._name)
        title.addWidget(self._used)
        title.addStretch(1)
        valid = _("expires {day}").format(day=expiry_text(key)) if key.expires_at is not None else _("no expiry")
        self._facts = Elided(f"{key.prefix} · {valid} · {permissions_title(key.permissions)}", "caption", "muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addLayout(title)
        words.addWidget(self._facts)
        revoke = Button(_("Revoke"), lambda: revoke_after_confirm(context, owner, key), size="sm", name="key_revoke")
        revoke.setAccessibleName(_("Revoke the API key “{name}”").format(name=key.name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(10)
        line.addWidget(Icon("ph.key"))
        line.addLayout(words, 1)
        line.addWidget(revoke)

    def accessible_text(self) -> str:
        return ", ".join(one.text() for one in (self._name, self._used, self._facts) if one.text())
