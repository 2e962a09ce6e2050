"""Who may see and edit a dashboard: people and teams it is shared with, everybody, and what that comes to."""

from collections.abc import Callable
from functools import partial
from typing import cast

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.dashboards import holders, sharing
from benchboard.dashboards.holders import Holder, Way
from benchboard.dashboards.rights import Level
from benchboard.dashboards.sharing import Candidate, Permitted, Shares
from benchboard.i18n import _, ngettext
from benchboard.paging import Page
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Avatar, Button, CheckBox, Dialog, Edit, Elided, Field, Select, Text, bare, hairline

_PAUSE_MS = 200
_HOLDERS = 200


class ShareDialog(Dialog):
    """Shares one dashboard. Every change is stored at once and can be taken back here."""

    def __init__(self, window: QWidget, context: Context, dashboard_id: str, name: str) -> None:
        title = _("Share “{name}”").format(name=name if len(name) <= 40 else name[:39] + "…")
        super().__init__(window, title, size=QSize(560, 620), name="share")
        self._context, self._id = context, dashboard_id
        self._may_share = False
        self._search = Edit(
            placeholder=_("Name, e-mail or team"), icon="ph.magnifying-glass", clear=True, name="share_search"
        )
        self._add = Field(_("Share with"), self._search)
        self._found = _Lines()
        self._public = CheckBox(
            _("Everybody in {organisation} may look").format(organisation=context.actor.organisation)
        )
        self._public.setObjectName("share_public")
        self._given, self._reach = _Lines(), _Lines()
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for part in (self._add, self._found, Text(_("Shared with"), "section"), self._given, self._public, hairline(),
                     Text(_("Who has access in the end"), "section"), self._reach):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        bare(area)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        self.content.addWidget(area, 1)
        self.add_button(Button(_("Done"), self.leave, kind="primary", name="share_done"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look_for)
        self._search.textChanged.connect(lambda _text: self._pause.start())
        self._public.clicked.connect(self._publish)
        for hidden in (self._add, self._found, self._public):
            hidden.hide()
        self._ask()

    def _ask(self) -> None:
        actor, tasks = self._context.actor, self._context.tasks
        tasks.read(self, lambda session: sharing.shares(session, actor, self._id), self._show)
        tasks.read(
            self, lambda session: holders.list_access(session, actor, self._id, limit=_HOLDERS), self._show_reach
        )

    def _show(self, shares: Shares) -> None:
        self._may_share = shares.level == "own"
        self._add.setVisible(self._may_share)
        self._public.setVisible(True)
        self._public.setChecked(shares.public)
        self._public.setEnabled(self._may_share)
        lines = [_Line(shares.owner, Text(_("Owner"), tone="muted"))]
        for share in (*shares.people, *shares.teams):
            lines.append(_Line(share.to, *self._controls(share.to, share.permission)))
        self._given.fill(*lines)

    def _controls(self, to: Candidate, permission: Permitted) -> list[QWidget]:
        if not self._may_share:
            return [Text(_may(permission), tone="muted")]
        choice = Select([("view", _may("view")), ("edit", _may("edit"))], name=f"share_level_{to.id}", label=to.name)
        choice.choose(permission)
        choice.activated.connect(lambda _index: self._share(to, cast("Permitted", choice.current_key())))
        tip = _("Stop sharing with {name}").format(name=to.name)
        stop = Button(
            "", partial(self._stop, to, permission), kind="quiet", icon="ph.x", tip=tip, name=f"unshare_{to.id}"
        )
        return [choice, stop]

    def _show_reach(self, page: Page[Holder]) -> None:
        lines: list[QWidget] = []
        for one in page.rows:
            who = Candidate("person", one.user_id, one.name, _why(one.ways))
            lines.append(_Line(who, Text(_level(one.level), tone="muted")))
        if page.next_key:
            lines.append(Text(_("More people have access; the command line lists all."), tone="muted", wrap=True))
        self._reach.fill(*lines)

    def _look_for(self) -> None:
        text, actor = self._search.text().strip(), self._context.actor
        if not text:
            self._found.fill()
            self._found.hide()
            return
        self._context.tasks.read(
            self, lambda session: sharing.candidates(session, actor, self._id, text, limit=6), self._show_found
        )

    def _show_found(self, found: tuple[Candidate, ...]) -> None:
        self._found.show()
        if not found:
            self._found.fill(Text(_("Nobody is called that who does not have it already."), tone="muted", wrap=True))
            return
        lines = []
        for one in found:
            ways = [
                Button(_may(way), partial(self._share, one, way), size="sm", name=f"share_{way}_{one.id}")
                for way in sharing.PERMISSIONS
            ]
            lines.append(_Line(one, *ways))
        self._found.fill(*lines)

    def _share(self, to: Candidate, permission: Permitted) -> None:
        self._search.clear()
        self._change(lambda session: sharing.share(session, self._context.actor, self._id, to.kind, to.id, permission))

    def _stop(self, to: Candidate, permission: Permitted) -> None:
        self._change(lambda session: sharing.unshare(session, self._context.actor, self._id, to.kind, to.id))
        self._context.problems.toast(
            _("No longer shared with {name}").format(name=to.name), lambda: self._share(to, permission)
        )

    def _publish(self, public: bool) -> None:
        self._change(lambda session: sharing.set_public(session, self._context.actor, self._id, public=public))

    def _change(self, op: Callable[[DatabaseSession], Shares]) -> None:
        self._context.tasks.change(self, op, lambda _shares: self._ask())


class _Lines(QWidget):
    """Lines one below the other; `fill` replaces them."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def fill(self, *widgets: QWidget) -> None:
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._column.addWidget(widget)


class _Line(QWidget):
    """A person or a team, what is to say of them, and what can be done."""

    def __init__(self, who: Candidate, *trailing: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        mark = Avatar(who.name)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Elided(who.name, "body_strong"))
        second = who.email or ""
        if who.kind == "team":
            members = who.members or 0
            second = ngettext("Team of {count} person", "Team of {count} people", members).format(count=members)
        words.addWidget(Elided(second, "caption", "muted"))
        row.addWidget(mark)
        row.addLayout(words, 1)
        for widget in trailing:
            row.addWidget(widget)


def _may(permission: str) -> str:
    return _("May edit") if permission == "edit" else _("May look")


def _level(level: Level) -> str:
    return _("Everything") if level == "own" else _may(level)


def _why(ways: tuple[Way, ...]) -> str:
    said = {
        "owner": _("owner"),
        "direct": _("shared by name"),
        "public": _("everybody here may look"),
        "role": _("by their role"),
    }
    return ", ".join(
        _("through team {team}").format(team=way.team) if way.team else said.get(way.reach, way.reach) for way in ways
    )
