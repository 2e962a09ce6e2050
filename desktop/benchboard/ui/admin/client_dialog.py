"""The dialog that registers an OAuth client, or changes one; errors are shown at their fields."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import (
    CODE,
    CREDENTIALS,
    GRANT_TYPES,
    ClientFields,
    ClientType,
    grant_title,
    scope_title,
    type_explanation,
)
from benchboard.identity.oauth.clients import ClientRecord, IssuedSecret
from benchboard.identity.organisations import SCOPES
from benchboard.ui.admin.redirect_uri_rows import RedirectUriRows
from benchboard.ui.admin.undoable import offer_undo, only_changed
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets import (
    Button,
    CheckBox,
    Confirm,
    Dialog,
    Edit,
    Field,
    Paragraph,
    ProblemText,
    SegmentedControl,
    Text,
    scroll_area,
)
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import plain_tooltip

_WIDTH = 600
_AROUND = 236
"""Pixels of the window's height that the form leaves free at least: the dialog's head and footer, and around it."""
_SIDE, _RING, _BAR = 20, 2, 12
"""Pixels beside the fields, which end where the buttons do; those of them that a focus ring and a scroll bar take."""
_LONGEST = 100
_KINDS: Final[dict[str, tuple[ClientType, str]]] = {
    "web": ("confidential", CODE),
    "device": ("public", CODE),
    "service": ("confidential", CREDENTIALS),
}
"""What can be registered: its type, and how it gets tokens."""


class _Group(QWidget):
    """Widgets below their title, which a screen reader calls them by together."""

    accessible_role = Role.Grouping

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)


class ClientDialog(Dialog):
    """Without `client` it registers one, and calls `made` with it; else it saves what was changed, and the toast of
    `owner` undoes it."""

    _grows = True
    _form: QWidget | None = None  # Qt asks for its place while the dialog is made

    def __init__(
        self,
        window: QWidget,
        context: Context,
        *,
        client: ClientRecord | None = None,
        made: Callable[[IssuedSecret], object] | None = None,
        owner: QWidget | None = None,
    ) -> None:
        title = _("Register an OAuth client") if client is None else _("Edit {name}").format(name=client.name)
        super().__init__(window, title, size=QSize(_WIDTH, 0), name="client_dialog")
        self._context, self._client, self._made, self._owner = context, client, made, owner or window
        self._of_people: list[QWidget] = []
        self._seen = client.fields if client else ClientFields("", (), ("openid", "profile", "email"), (CODE,))
        form = QWidget()
        self._column = QVBoxLayout(form)
        self._column.setContentsMargins(_RING, _RING, _BAR, 16)
        self._column.setSpacing(theme().px("spacing.3"))
        self._add_name()
        self._type: SegmentedControl | None = self._add_type() if client is None else None
        self._uris = RedirectUriRows(self._seen.redirect_uris or ())
        self._uri_problem = self._add_group(_("Redirect URIs"), self._uris, whole_width=True, of_people=True)
        self._uris.changed.connect(lambda: self._uri_problem.say(""))
        self._grants = self._boxes("grant", GRANT_TYPES, grant_title, self._seen.grant_types or ())
        self._grant_problem = self._add_group(_("How it gets tokens"), *self._grants.values())
        self._scopes = self._boxes("scope", tuple(SCOPES), scope_title, self._seen.scopes or ())
        self._add_group(_("What it may ask people for"), *self._scopes.values(), of_people=True)
        self._column.addStretch(1)
        self._form, self._area = form, scroll_area(form)
        self.content.setContentsMargins(_SIDE - _RING, 0, _SIDE - _BAR, 0)
        self.content.addWidget(self._area, 1)
        form.setAutoFillBackground(False)  # the dialog's ground is not the window's
        form.installEventFilter(self)
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="client_cancel"))
        act = _("Register client") if client is None else _("Save changes")
        self._save = self.add_button(Button(act, self._submit, kind="primary", name="client_save"))
        self._save.add_key_cap("Ctrl Enter")
        self._show_type()

    def _add_name(self) -> None:
        self._name = Field(
            _("Name"), Edit(name="client_name"), note=_("People read it where they are asked for access.")
        )
        self._name.edit.setMaxLength(_LONGEST)
        self._name.edit.setText(self._seen.name or "")
        self._name.edit.textChanged.connect(lambda _text: self._name.set_error(""))
        self._column.addWidget(self._name)

    def _add_type(self) -> SegmentedControl:
        control = SegmentedControl(
            (("web", _("Web app")), ("device", _("Desktop or phone")), ("service", _("Service"))), label=_("Type")
        )
        control.selected.connect(self._choose_type)
        for kind in _KINDS:
            control.describe(kind, _explanation(kind))
        self._explanation = Paragraph("", "caption", "muted")
        self._add_group(_("Type"), control, note=self._explanation)
        return control

    def _boxes(
        self, prefix: str, keys: Sequence[str], title: Callable[[str], str], ticked: Sequence[str]
    ) -> dict[str, CheckBox]:
        boxes = {}
        for key in keys:
            box = boxes[key] = CheckBox(title(key))
            box.setObjectName(f"client_{prefix}_{key}")
            box.setToolTip(plain_tooltip(key))
            box.setChecked(key in ticked)
            box.toggled.connect(self._forget_problems)
        return boxes

    def _add_group(
        self,
        title: str,
        *widgets: QWidget,
        note: QWidget | None = None,
        whole_width: bool = False,
        of_people: bool = False,
    ) -> ProblemText:
        """Add widgets below a title, as near it as a field's edit is, with a `note` below them; returns what says an
        error there. One `of_people` is for clients that people sign in to."""
        side = Qt.AlignmentFlag(0) if whole_width else Qt.AlignmentFlag.AlignLeft
        heading, problem = Text(title, tone="secondary"), ProblemText("caption")
        holder = _Group(title) if len(widgets) > 1 else QWidget()  # one alone has a name of its own
        rows = QVBoxLayout()
        group = QVBoxLayout(holder)
        group.setContentsMargins(0, 0, 0, 0)
        group.setSpacing(theme().px("spacing.1"))
        rows.setSpacing(theme().px("spacing.2"))
        for widget in widgets:
            rows.addWidget(widget, 0, side)
        group.addWidget(heading)
        group.addLayout(rows)
        for below in (note, problem):
            if below is not None:
                group.addWidget(below)
        self._column.addWidget(holder)
        if of_people:
            self._of_people.append(holder)
        return problem

    def _kind(self) -> ClientType:
        if self._client is not None:
            return self._client.type
        return _KINDS[self._type.current()][0] if self._type is not None else "confidential"

    def _choose_type(self, key: str) -> None:
        """Tick how a client of this type gets tokens."""
        for grant, box in self._grants.items():
            box.setChecked(grant == _KINDS[key][1])
        self._show_type()

    def _show_type(self) -> None:
        """Explain the type that is chosen, and offer what it can have."""
        public = self._kind() == "public"
        service = self._type is not None and self._type.current() == "service"
        if self._type is not None:
            self._explanation.setText(_explanation(self._type.current()))
        for widget in self._of_people:
            widget.setVisible(not service)
        box = self._grants[CREDENTIALS]
        box.setEnabled(not public)
        if public:
            box.setChecked(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            self._form is not None
            and watched is self._form
            and event.type() == QEvent.Type.LayoutRequest
            and self.isVisible()
        ):
            self.place_content()  # a URI more, or an error
        return super().eventFilter(watched, event)

    def place_content(self) -> None:
        """Be as high as the form, as far as the window has room."""
        if self._form is not None:
            inner, hint = self._column, self._form.sizeHint().height()
            need = inner.heightForWidth(self._area.viewport().width()) if inner.hasHeightForWidth() else hint
            self._area.setMinimumHeight(max(0, min(need, self.height() - _AROUND)))
        super().place_content()

    def _entered(self) -> ClientFields:
        of_people = self._type is None or self._type.current() != "service"
        return ClientFields(
            self._name.text().strip(),
            self._uris.uris() if of_people else (),
            tuple(key for key, box in self._scopes.items() if box.isChecked() and of_people),
            tuple(key for key, box in self._grants.items() if box.isChecked()),
        )

    def leave(self) -> None:
        """Close; if anything was changed, only once the user says so."""
        if self._entered() == self._seen:
            self.dismiss()
            return
        name = self._name.text().strip()
        stays = _("{name} stays as before.").format(name=self._seen.name) if self._client else _("No client is made.")
        if name and not self._client:
            stays = _("“{name}” is not registered.").format(name=name)
        Confirm(
            self.window(),
            _("Discard your changes?"),
            stays,
            act=_("Discard"),
            keep=_("Keep editing"),
            run=self.dismiss,
        ).open()

    def _submit(self) -> None:
        if not self._save.isEnabled():
            return
        entered, seen, actor, client, kind = (
            self._entered(),
            self._seen,
            self._context.actor,
            self._client,
            self._kind(),
        )
        if client is not None and entered == seen:
            self.dismiss()
            return
        self._forget_problems()
        self._save.wait(_("Saving…"))
        if client is None:
            self._context.tasks.change(
                self,
                lambda session: clients.create_client(session, actor, kind, entered),
                self._on_made,
                self._on_failed,
            )
            return
        client_id = client.id

        def op(session: DatabaseSession) -> ClientFields:
            return clients.change_client(session, actor, client_id, entered, seen=seen)

        self._context.tasks.change(self, op, lambda before: self._on_saved(before, entered), self._on_failed)

    def _on_made(self, issued: IssuedSecret) -> None:
        if (made := self._made) is not None:
            self.dismiss_before(lambda: made(issued))
        else:
            self.dismiss()

    def _on_saved(self, before: ClientFields, now: ClientFields) -> None:
        self.dismiss()
        if before == ClientFields() or self._client is None:
            return
        context, owner, client_id = self._context, self._owner, self._client.id
        again = only_changed(now, before)
        step = _("changes to the OAuth client “{name}”").format(name=self._client.name)

        offer_undo(
            context,
            owner,
            _("OAuth client “{name}” changed").format(name=now.name),
            step,
            lambda session: clients.change_client(session, context.actor, client_id, before, seen=now),
            lambda session, _undone: clients.change_client(session, context.actor, client_id, again, seen=before),
        )

    def _forget_problems(self) -> None:
        for problem in (self._uri_problem, self._grant_problem, self._problem):
            problem.say("")

    def _on_failed(self, error: AppError) -> None:
        self._uris.show_problems()
        self._save.disable("")
        problems = error.facts.get("problems")
        for at, one in enumerate(problems if isinstance(problems, tuple) else (error,)):
            text = " ".join(part for part in (one.what, one.why, one.do) if part)
            field, is_first = one.facts.get("field"), at == 0  # which gets the focus, once
            if field == "name":
                self._name.set_error(text, again=True)
                if is_first:
                    self._name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
                continue
            places = {"redirect_uris": self._uri_problem, "grant_types": self._grant_problem}
            place = places.get(str(field), self._problem)
            is_shown = field == "redirect_uris" and self._uris.wrong() > 0  # below its own line
            concerned = {
                "redirect_uris": self._uris.first_wrong(), "grant_types": next(iter(self._grants.values()))
            }  # fmt: skip
            place.say("" if is_shown else text, concerned.get(str(field)), focus=is_first)
            if is_shown and is_first:
                self._uris.first_wrong().setFocus(Qt.FocusReason.OtherFocusReason)


def _explanation(kind: str) -> str:
    """What a client of a kind of `_KINDS` is."""
    if kind == "service":
        return _("Runs by itself, signs in as itself and keeps a secret.")
    return type_explanation(_KINDS[kind][0])
