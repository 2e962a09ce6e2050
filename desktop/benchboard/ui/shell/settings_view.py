"""Settings: appearance, language, data location, and this session."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard import workspace
from benchboard.i18n import LANGUAGES, N_, _, ngettext
from benchboard.identity import sessions
from benchboard.identity.permissions import program_title
from benchboard.settings import Appearance
from benchboard.ui.commands import REGISTRY
from benchboard.ui.sections import Room, RoomView
from benchboard.ui.shell.status_cells import location_facts, location_sentence, role_titles
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button, SegmentedControl
from benchboard.ui.widgets.fields import Select, row
from benchboard.ui.widgets.key_value import KeyValue
from benchboard.ui.widgets.labels import Elided, Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.surfaces import Card, set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_SECTIONS: Final = ("theme", "language", "location", "session")
"""The sections as addresses name them, in their order."""
_APPEARANCES: Final[tuple[Appearance, ...]] = ("system", "light", "dark")


class GeneralSettings(QWidget):
    """One page, in sections. Address: `settings/general`, or `settings/general/<section>` for one of `_SECTIONS`."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        set_surface(self, "window")
        page = QWidget()
        page.setProperty("plain", "true")
        page.setMaximumWidth(theme().px("measure.text_max") + 64)
        self._sections: list[tuple[str, QWidget]] = []
        cards = QVBoxLayout(page)
        cards.setContentsMargins(32, 24, 32, 24)
        cards.setSpacing(theme().px("spacing.4"))
        self._cards = cards
        self._add_appearance()
        self._add_language()
        self._add_location()
        self._add_session()
        cards.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setAccessibleName(_("Settings"))
        scroll.setObjectName("settings_scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._section_list = SectionList(scroll, self._sections, _("Sections of the settings"))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        set_surface(self._section_list, "surface")
        self._beside = hairline(vertical=True)
        for part in (self._section_list, self._beside):
            whole.addWidget(part)
        whole.addWidget(scroll, 1)

    def open_route(self, rest: str) -> None:
        """Show the section that the rest of an address names."""
        if rest in _SECTIONS:
            # It can scroll only after it was laid out.
            QTimer.singleShot(0, self, lambda: self._section_list.show_section(_SECTIONS.index(rest)))
        elif rest:
            self._context.problems.report_unknown_address(f"settings/general/{rest}")

    def panes(self) -> list[QWidget]:
        """The list of the sections, and the page."""
        return [self._section_list, self._scroll]

    def save_state(self) -> object:
        """The scroll position, the focused field and the marked section."""
        focused = self.focusWidget()
        name = focused.objectName() if focused is not None else ""
        return self._scroll.verticalScrollBar().value(), name, self._section_list.current()

    def restore_state(self, state: object) -> None:
        """Restore scroll position, focus and marked section."""
        scrolled, name, section = state if isinstance(state, tuple) else (0, "", 0)
        focused = self.findChild(QWidget, name) if name else None
        if focused is not None:
            focused.setFocus(Qt.FocusReason.OtherFocusReason)
        # It can scroll only after it was laid out.
        QTimer.singleShot(0, self, lambda: self._section_list.restore(scrolled, section))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self._section_list.width() + theme().px("measure.text_max")
        for part in (self._section_list, self._beside):
            part.setVisible(self.width() >= beside)

    def _add_section(self, title: str, sentence: str) -> QVBoxLayout:
        """Add a card with a title and what is below it; returns where its content goes."""
        card = Card()
        self._cards.addWidget(card)
        self._sections.append((title, card))
        card.column.addWidget(Text(title, "section"))
        card.column.addWidget(Paragraph(sentence, "body", "secondary"))
        return card.column

    def _add_choice(self, title: str, sentence: str, control: QWidget) -> None:
        """Add a card with a title, what is below it, and one control at the right of both."""
        card, words, line = Card(), QVBoxLayout(), QHBoxLayout()
        self._cards.addWidget(card)
        self._sections.append((title, card))
        words.setSpacing(theme().px("spacing.2"))
        words.addWidget(Text(title, "section"))
        words.addWidget(Paragraph(sentence, "body", "secondary"))
        line.setSpacing(theme().px("spacing.6"))
        line.addLayout(words, 1)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        card.column.addLayout(line)

    def _add_appearance(self) -> None:
        titles = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
        choice = SegmentedControl([(key, titles[key]) for key in _APPEARANCES], label=_("Theme"))
        choice.setObjectName("appearance")
        choice.set_current(self._context.settings.appearance)
        choice.selected.connect(self._set_appearance)
        self._appearance = choice
        self._context.theme.changed.connect(self._show_appearance)
        self._add_choice(_("Theme"), _("Follow your system, or always use light or dark."), choice)

    def _show_appearance(self) -> None:
        """Follow a change of the theme from the command palette."""
        self._appearance.set_current(self._context.settings.appearance)

    def _set_appearance(self, key: str) -> None:
        appearance: Appearance = next(known for known in _APPEARANCES if known == key)
        self._context.apply_settings(replace(self._context.settings, appearance=appearance))

    def _add_language(self) -> None:
        choice = Select(list(LANGUAGES.items()), name="settings_language", label=_("Language"))
        choice.setMinimumWidth(180)
        choice.set_current_key(self._context.settings.language)
        choice.currentIndexChanged.connect(
            lambda: self._context.apply_settings(replace(self._context.settings, language=choice.current_key()))
        )
        sentence = _(
            "The window refreshes when you choose a language; unsaved text may be lost. "
            "Commands on this computer use the language too, unless BENCHBOARD_LANGUAGE is set."
        )
        self._add_choice(_("Language"), sentence, choice)

    def _add_location(self) -> None:
        location = self._context.workspace.location
        column = self._add_section(_("Data location"), location_sentence(location.kind))
        column.addWidget(
            KeyValue(((_("Location"), Elided(workspace.location_title(location))), *location_facts(self._context)))
        )
        is_demo = location.kind == "demo"
        sentence = (
            _("Leaving the demo signs you out. You then choose where your own data is kept.")
            if is_demo
            else _("Changing it signs you out. You then choose another location. Your data stays where it is.")
        )
        column.addWidget(Paragraph(sentence, "caption", "muted"))
        choose = Button(
            REGISTRY["window.leave_demo"].text if is_demo else _("Change data location"),
            self._context.choose_location,
            icon="ph.sign-out",
            name="settings_choose_location",
        )
        column.addLayout(_left(choose))

    def _add_session(self) -> None:
        actor = self._context.actor
        hours = sessions.idle_hours()
        ends = ngettext(
            "Ends {count} hour after last use, when you sign out, or when an admin revokes it.",
            "Ends {count} hours after last use, when you sign out, or when an admin revokes it.",
            hours,
        )
        column = self._add_section(_("This session"), ends.format(count=hours))
        column.addWidget(
            KeyValue(
                (
                    (_("Account"), Elided(f"{actor.name}, {actor.email}")),
                    (_("Organisation"), Elided(actor.organisation)),
                    (_("Role"), Elided(role_titles(actor.roles))),
                    (_("Computer"), Elided(actor.client.host_name)),
                    (_("Program"), Elided(program_title(actor.client.program))),
                )
            )
        )
        column.addSpacing(4)
        is_demo = self._context.workspace.location.kind == "demo"  # there, another person is chosen
        command = REGISTRY["window.switch_person" if is_demo else "window.sign_out"]
        column.addLayout(
            _left(Button(command.text, self._context.sign_out, icon=command.icon, name="settings_sign_out"))
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
    views=(RoomView("general", N_("General"), GeneralSettings),),
)
