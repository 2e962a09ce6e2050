"""The dialogs that create and rotate an API key, and the one that shows the new key once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number, sentence_start
from benchboard.identity import api_keys
from benchboard.identity.api_keys import ApiKeyRecord, NewApiKey
from benchboard.identity.roles import abilities_of, ability_title, permissions_of, with_dependent, with_needed
from benchboard.ui.context import Context
from benchboard.ui.permission_groups import DANGEROUS, GROUPS, ticked_with_text
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets import (
    Badge,
    Button,
    CheckBox,
    Dialog,
    Edit,
    Field,
    KeyValue,
    Paragraph,
    ProblemText,
    Select,
    Text,
    copyable,
    row,
)
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.shown_secret import ShownSecret
from benchboard.ui.widgets.store_first_dialog import StoreFirstDialog

_LIFETIME_WIDTH: Final = 200
_WIDE: Final = 680
"""Two columns of what a key may do need this much."""
_LIFETIMES: Final = (7, 30, 90, 365)
"""The lifetimes that are offered, in days."""
_OVERLAPS: Final = (0, 1, 24, 168)
"""For how long an old key may go on working, in hours."""


class CreateKeyDialog(Dialog):
    """Asks for the name, the permissions and the lifetime of a new key, makes it, and shows it. `stored` gets the key
    when the person has stored it.
    """

    _grows = True

    def __init__(self, window: QWidget, context: Context, stored: Callable[[ApiKeyRecord], object]) -> None:
        super().__init__(window, _("Create API key"), size=QSize(_WIDE, 0), name="create_key")
        self._context, self._stored = context, stored
        told = _("A program acts for you with this key. It can do no more than you.")
        self.content.addWidget(Paragraph(told, tone="secondary"))
        self._name = Field(_("Name"), Edit(placeholder=_("Nightly export"), name="key_name"))
        self._name.edit.setMaxLength(100)
        self._name.edit.textChanged.connect(lambda _text: self._name.set_error(""))
        self.content.addWidget(self._name)
        self._boxes: dict[str, CheckBox] = {}
        self._all = Button(_("Select all"), self._tick_all, kind="link", name="key_all")
        head = QHBoxLayout()
        head.addWidget(Text(_("Permissions"), tone="secondary"))
        head.addStretch(1)
        head.addWidget(self._all)
        self.content.addLayout(head)
        self.content.addWidget(self._scope_boxes())
        self._scopes_error = ProblemText("caption")
        self.content.addWidget(self._scopes_error)
        lifetimes = [(str(days), _days(days)) for days in _LIFETIMES]
        self._lifetime = Select([*lifetimes, ("", _("Until it is revoked"))], name="key_lifetime", label=_("Valid for"))
        self._lifetime.set_current_key(str(api_keys.DEFAULT_LIFETIME.days))
        self._lifetime.setFixedWidth(_LIFETIME_WIDTH)
        self._until = Text("", tone="muted")
        line = QWidget()
        beside = row(self._lifetime, self._until)
        beside.addStretch(1)
        line.setLayout(beside)
        self._lifetime.currentIndexChanged.connect(self._show_end)
        self._show_end()
        field = Field(_("Valid for"), line)
        self._lifetime.setAccessibleName(_("Valid for"))
        self.content.addWidget(field)
        self.add_button(Button(_("Cancel"), self.leave, name="create_key_cancel"))
        self._create = self.add_button(Button(_("Create API key"), self._submit, kind="primary", name="create_key_act"))
        self._create.add_key_cap("Ctrl Enter")

    def _scope_boxes(self) -> QWidget:
        """A box for each thing that the person can do, in groups, in two columns."""
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        columns = [QVBoxLayout(), QVBoxLayout()]
        for column in columns:
            column.setSpacing(6)
            line.addLayout(column, 1)
        offered = abilities_of(self._context.actor.permissions)
        for title, abilities in GROUPS:
            listed = [ability for ability in abilities if ability in offered]
            if not listed:
                continue
            column = min(columns, key=QVBoxLayout.count)
            if column.count():
                column.addSpacing(theme().px("spacing.1"))
            column.addWidget(Text(_(title), "body_strong", "secondary"))
            for ability in listed:
                column.addLayout(self._scope_line(ability, _(title)))
        for column in columns:
            column.addStretch(1)
        return holder

    def _scope_line(self, ability: str, group: str) -> QHBoxLayout:
        box = self._boxes[ability] = CheckBox(sentence_start(ability_title(ability)))
        box.setObjectName(f"key_scope_{ability}")
        box.setAccessibleDescription(group)
        box.clicked.connect(lambda on: self._tick(ability, on))
        box.toggled.connect(self._show_all)
        line = QHBoxLayout()
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(box)
        if ability in DANGEROUS:
            line.addWidget(Badge("error", _("Dangerous"), "ph.warning"))
            box.setAccessibleDescription(f"{group}, {_('Dangerous')}")
        line.addStretch(1)
        return line

    def _tick_all(self) -> None:
        """Tick everything, or if it is, nothing."""
        ticked = not all(box.isChecked() for box in self._boxes.values())
        for box in self._boxes.values():
            box.setChecked(ticked)
        self._scopes_error.say("")
        count = len(self._boxes) if ticked else 0
        selected = ngettext("{count} permission selected", "{count} permissions selected", count)
        announce(self, selected.format(count=number(count)), again=True)

    def _show_all(self) -> None:
        everything = all(box.isChecked() for box in self._boxes.values())
        self._all.set_title(_("Clear selection") if everything else _("Select all"))

    def _show_end(self) -> None:
        """Say until when the key would be valid."""
        days = self._lifetime.current_key()
        end = datetime.now().astimezone().date() + timedelta(days=int(days)) if days else None
        self._until.setText(_("until {date}").format(date=full_date(end)) if end is not None else "")
        self._lifetime.setAccessibleDescription(self._until.text())

    def _tick(self, ability: str, on: bool) -> None:
        """Tick what it is of no use without, or untick what is of no use without it."""
        others = set[str]()
        for other in with_needed(ability) if on else with_dependent(ability):
            if other in self._boxes and self._boxes[other].isChecked() != on:
                self._boxes[other].setChecked(on)
                others.add(other)
        self._scopes_error.say("")
        announce(self, ticked_with_text(others, on=on), again=True)

    def _submit(self) -> None:
        if not self._create.isEnabled():
            return
        scopes = permissions_of(ability for ability, box in self._boxes.items() if box.isChecked())
        name, days = self._name.text(), self._lifetime.current_key()
        expires_at = datetime.now(UTC) + timedelta(days=int(days)) if days else None
        actor = self._context.actor
        self._create.wait(_("Creating API key…"))

        def op(session: DatabaseSession) -> NewApiKey:
            return api_keys.create_key(session, actor, name=name, permissions=scopes, expires_at=expires_at)

        self._context.tasks.change(self, op, self._show_made, self._on_failed)

    def _show_made(self, made: NewApiKey) -> None:
        window, stored = self.window(), self._stored

        def show() -> None:
            shown = ShownKeyDialog(window, made)
            shown.dismissed.connect(lambda: stored(made.record))
            shown.open()

        self.dismiss_before(show)

    def _on_failed(self, error: AppError) -> None:
        self._create.disable("")
        text = " ".join(part for part in (error.what, error.why or error.do) if part)
        if error.facts.get("field") == "name":
            self._name.set_error(text, again=True)
            self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._scopes_error.say(text, next(iter(self._boxes.values()), None))


class RotateKeyDialog(Dialog):
    """Asks for how long the old key goes on working, replaces it, and shows the new one."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, key: ApiKeyRecord) -> None:
        title = _("Rotate “{name}”?").format(name=key.name)
        super().__init__(window, title, size=QSize(460, 0), name="rotate_key")
        self._context, self._key = context, key
        told = _("You get a new key with the same permissions. Programs that have the old one need the new one.")
        self.content.addWidget(Paragraph(told, tone="secondary"))
        titles = [(str(hours), _hours(hours)) for hours in _OVERLAPS]
        self._overlap = Select(titles, name="rotate_overlap", label=_("The old key works"))
        self.content.addWidget(Field(_("The old key works"), self._overlap))
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="rotate_key_cancel"))
        self._rotate = self.add_button(Button(_("Rotate API key"), self._submit, kind="primary", name="rotate_key_act"))

    def _submit(self) -> None:
        if not self._rotate.isEnabled():
            return
        actor, key_id, overlap = self._context.actor, self._key.id, timedelta(hours=int(self._overlap.current_key()))
        self._rotate.wait(_("Rotating API key…"))
        self._context.tasks.change(
            self,
            lambda session: api_keys.rotate_key(session, actor, key_id, overlap=overlap),
            self._show_made,
            self._on_failed,
        )

    def _show_made(self, made: NewApiKey) -> None:
        window = self.window()
        self.dismiss_before(lambda: ShownKeyDialog(window, made).open())

    def _on_failed(self, error: AppError) -> None:
        self._rotate.disable("")
        self._problem.say(" ".join(part for part in (error.what, error.why, error.do) if part))


class ShownKeyDialog(StoreFirstDialog):
    """Shows a new key, which nobody can show again."""

    def __init__(self, window: QWidget, made: NewApiKey) -> None:
        title = _("“{name}” created").format(name=made.record.name)
        super().__init__(window, title, size=QSize(_WIDE, 0), name="shown_key")
        self.content.addWidget(Paragraph(_("Store it where only the program can read it."), tone="secondary"))
        secret = ShownSecret(
            made.secret,
            label=_("API key"),
            renew=_("The key is hidden. Rotate it if you don't have it."),
            name="shown_key_secret",
        )
        self.content.addWidget(secret)
        variable = copyable("BENCHBOARD_API_KEY", _("name of the variable"))
        self.content.addWidget(KeyValue([(_("Variable"), variable)], label=_("API key")))
        recognised = _("Lists show its beginning, {prefix}.").format(prefix=made.record.prefix)
        self.content.addWidget(Paragraph(recognised, "caption", "muted"))
        self.first_focus = secret.copy
        why_not = _("Store the key first: it can't be shown again.")
        self.ask_stored(_("I stored it where the program reads it"), why_not, name="shown_key")
        secret.expired.connect(self.expire)


def _days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(count=count)


def _hours(count: int) -> str:
    if not count:
        return _("No longer")
    if count % 24:
        return ngettext("{count} more hour", "{count} more hours", count).format(count=count)
    days = count // 24
    return ngettext("{count} more day", "{count} more days", days).format(count=days)
