"""Settings: how it looks, its language, where the data live, and this session."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard import workspace
from benchboard.i18n import N_, _
from benchboard.settings import Appearance
from benchboard.ui.sections import Place, Room
from benchboard.ui.shell.status_cells import roles, where_facts, where_sentence
from benchboard.ui.sign_in.sign_in import LANGUAGES
from benchboard.ui.widgets.buttons import Button, SegmentedControl
from benchboard.ui.widgets.fields import Select, facts, row
from benchboard.ui.widgets.labels import Elided, Text, hairline

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_APPEARANCES: Final[tuple[Appearance, ...]] = ("system", "light", "dark")


class General(QWidget):
    """One page, in sections."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        page = QWidget()
        page.setProperty("plain", "true")
        page.setMaximumWidth(680)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(32, 24, 32, 24)
        self._column.setSpacing(10)
        self._looks()
        self._language()
        self._where()
        self._session()
        self._column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setObjectName("settings_scroll")
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAlignment(Qt.AlignmentFlag.AlignLeft)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def standing(self) -> object:
        """How far it is scrolled, and what has the keyboard."""
        now = self.focusWidget()
        return self._scroll.verticalScrollBar().value(), now.objectName() if now is not None else ""

    def stand(self, was: object) -> None:
        """Scrolled so far, with the keyboard there again."""
        scrolled, name = was if isinstance(was, tuple) else (0, "")
        before = self.findChild(QWidget, name) if name else None
        if before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        # Only once it is laid out there is something to scroll.
        QTimer.singleShot(0, self, lambda: self._scroll.verticalScrollBar().setValue(scrolled))

    def _section(self, title: str, sentence: str = "") -> None:
        if self._column.count():
            self._column.addSpacing(10)
            self._column.addWidget(hairline())
            self._column.addSpacing(10)
        self._column.addWidget(Text(title, "section"))
        if sentence:
            self._column.addWidget(Text(sentence, "body", "secondary", wrap=True))

    def _looks(self) -> None:
        self._section(_("Appearance"), _("Match the system, or always use light or dark."))
        titles = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
        choice = SegmentedControl([(key, titles[key]) for key in _APPEARANCES], label=_("Appearance"))
        choice.setObjectName("appearance")
        choice.choose(self._context.settings.appearance)
        choice.chosen.connect(self._look)
        self._appearance = choice
        self._context.theme.changed.connect(self._follow)
        self._column.addLayout(_left(choice))

    def _follow(self) -> None:
        """Somebody chose another look elsewhere (in the palette)."""
        self._appearance.choose(self._context.settings.appearance)

    def _look(self, key: str) -> None:
        appearance: Appearance = next(known for known in _APPEARANCES if known == key)
        self._context.remember(replace(self._context.settings, appearance=appearance))

    def _language(self) -> None:
        self._section(_("Language"), _("The window refreshes when you choose a language."))
        choice = Select(list(LANGUAGES.items()), name="settings_language", label=_("Language"))
        choice.setMinimumWidth(180)
        choice.choose(self._context.settings.language)
        choice.currentIndexChanged.connect(
            lambda: self._context.remember(replace(self._context.settings, language=choice.current_key()))
        )
        self._column.addLayout(_left(choice))

    def _where(self) -> None:
        way = self._context.workspace.way
        self._section(_("Data location"), where_sentence(way.kind))
        self._column.addWidget(facts(((_("Location"), Elided(workspace.label(way))), *where_facts(self._context))))

    def _session(self) -> None:
        actor = self._context.actor
        self._section(
            _("This session"), _("Ends 24 hours after last use, when you sign out, or when an admin revokes it.")
        )
        self._column.addWidget(
            facts(
                (
                    (_("Account"), Elided(f"{actor.name}, {actor.email}")),
                    (_("Organisation"), Elided(actor.organisation)),
                    (_("Roles"), Elided(roles(actor.roles))),
                    (_("Computer"), Elided(actor.client.host_name)),
                    (_("Client"), Elided(actor.client.program)),
                )
            )
        )
        self._column.addSpacing(4)
        self._column.addLayout(
            _left(Button(_("Sign out"), self._context.sign_out, icon="ph.sign-out", name="settings_sign_out"))
        )


def _left(widget: QWidget) -> QHBoxLayout:
    line = row(widget)
    line.addStretch(1)
    return line


ROOM = Room(
    key="settings",
    title=N_("Settings"),
    icon="ph.gear",
    act="",
    places=(Place("general", N_("General"), General),),
)
