"""Settings: appearance, language, data location, this session, and help."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard import workspace
from benchboard.i18n import LANGUAGES, N_, _, ngettext
from benchboard.identity import sessions
from benchboard.identity.permissions import program_title
from benchboard.settings import Appearance
from benchboard.ui.api_keys import key_commands as key_commands  # registers them
from benchboard.ui.commands import REGISTRY, Handler, Handlers
from benchboard.ui.sections import Room, RoomView
from benchboard.ui.shell.change_password_dialog import change_own_password
from benchboard.ui.shell.settings_section import HEADING_WIDTH, SettingRow, SettingsSection, padded
from benchboard.ui.shell.status_cells import location_facts, location_sentence, role_titles
from benchboard.ui.shell.two_step_row import TwoStepRow
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button, SegmentedControl
from benchboard.ui.widgets.fields import Select
from benchboard.ui.widgets.key_value import KeyValue
from benchboard.ui.widgets.labels import Elided, hairline, plain_tooltip
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_SECTIONS: Final = ("appearance", "location", "session", "help")
"""The sections as addresses name them, in their order."""
_APPEARANCES: Final[tuple[Appearance, ...]] = ("system", "light", "dark")
_MARGIN: Final = 32
_WIDEST: Final = 640
"""The width up to which the rows grow, in pixels."""
_WIDE: Final = HEADING_WIDTH + 32 + _WIDEST
"""From how many pixels on the headings stand at the left of the rows."""


class GeneralSettings(QWidget):
    """One page, in sections. Address: `settings/general`, or `settings/general/<section>` for one of `_SECTIONS`."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        set_surface(self, "surface")
        page = QWidget()
        page.setProperty("plain", "true")
        self._page = page
        self._sections: list[tuple[str, SettingsSection]] = []
        column = QVBoxLayout(page)
        column.setContentsMargins(_MARGIN, theme().px("spacing.3"), _MARGIN, _MARGIN)
        column.setSpacing(0)
        self._column = column
        self._add_general()
        self._add_location()
        self._add_session()
        self._add_help()
        column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setAccessibleName(_("Settings"))
        scroll.setObjectName("settings_scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._section_list = SectionList(scroll, self._sections, _("Settings"))
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
        measure = theme().px("measure.text_max")
        has_list = self.width() >= self._section_list.width() + measure
        for part in (self._section_list, self._beside):
            part.setVisible(has_list)
        beside = self._section_list.width() + self._beside.width() if has_list else 0
        wide = self.width() - beside - 2 * _MARGIN >= _WIDE
        self._page.setMaximumWidth((_WIDE if wide else _WIDEST) + 2 * _MARGIN)
        for _title, section in self._sections:
            section.set_wide(wide)

    def _add_group(self, title: str, sentence: str) -> SettingsSection:
        """Add a section."""
        group = SettingsSection(title, sentence, first=not self._sections)
        self._column.addWidget(group)
        self._sections.append((title, group))
        return group

    def _add_general(self) -> None:
        group = self._add_group(_("General"), _("How Benchboard looks on this computer, and its language."))
        group.add(self._theme_row())
        group.add(self._language_row())

    def _theme_row(self) -> SettingRow:
        titles = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
        choice = SegmentedControl([(key, titles[key]) for key in _APPEARANCES], label=_("Theme"))
        choice.setObjectName("appearance")
        choice.set_current(self._context.settings.appearance)
        choice.selected.connect(self._set_appearance)
        self._appearance = choice
        self._context.theme.changed.connect(self._show_appearance)
        sentence = _("Follow your system, or always use light or dark.")
        return SettingRow(_("Theme"), sentence, choice)

    def _show_appearance(self) -> None:
        """Follow a change of the theme from the command palette."""
        self._appearance.set_current(self._context.settings.appearance)

    def _set_appearance(self, key: str) -> None:
        appearance: Appearance = next(known for known in _APPEARANCES if known == key)
        self._context.apply_settings(replace(self._context.settings, appearance=appearance))

    def _language_row(self) -> SettingRow:
        choice = Select(list(LANGUAGES.items()), name="settings_language", label=_("Language"))
        choice.setMinimumWidth(180)
        choice.set_current_key(self._context.settings.language)
        choice.currentIndexChanged.connect(
            lambda: self._context.apply_settings(replace(self._context.settings, language=choice.current_key()))
        )
        sentence = _("The window refreshes; unsaved text may be lost.")
        more = _("Commands on this computer use the language too, unless their environment names another.")
        choice.setAccessibleDescription(f"{sentence} {more}")
        row = SettingRow(_("Language"), sentence, choice)
        row.setToolTip(plain_tooltip(more))
        return row

    def _add_location(self) -> None:
        location = self._context.workspace.location
        group = self._add_group(_("Data location"), location_sentence(location.kind))
        title = workspace.location_title(location)
        group.add(padded(KeyValue(((_("Location"), Elided(title)), *location_facts(self._context)))))
        is_demo = location.kind == "demo"
        sentence = (
            _("Leaving the demo signs you out. You then choose where your own data is kept.")
            if is_demo
            else _("Changing it signs you out. You then choose another location. Your data stays where it is.")
        )
        choose = Button(
            REGISTRY["window.leave_demo"].text if is_demo else _("Change data location"),
            self._context.choose_location,
            icon="ph.sign-out",
            name="settings_choose_location",
        )
        group.add(SettingRow("", sentence, choose))

    def _add_session(self) -> None:
        actor = self._context.actor
        hours = sessions.idle_hours()
        ends = ngettext(
            "Ends {count} hour after last use, when you sign out, or when an admin revokes it.",
            "Ends {count} hours after last use, when you sign out, or when an admin revokes it.",
            hours,
        )
        group = self._add_group(_("This session"), ends.format(count=hours))
        facts = (
            (_("Account"), Elided(f"{actor.name}, {actor.email}")),
            (_("Organisation"), Elided(actor.organisation)),
            (_("Role"), Elided(role_titles(actor.roles))),
            (_("Computer"), Elided(actor.client.host_name)),
            (_("Program"), Elided(program_title(actor.client.program))),
        )
        group.add(padded(KeyValue(facts)))
        if self._context.workspace.location.kind == "server":  # elsewhere nobody signs in with a password
            change = Button(
                _("Change password"), lambda: change_own_password(self._context, self), name="settings_change_password"
            )
            told = _("Asks for the current one. Your other sessions end.")
            group.add(SettingRow(_("Password"), told, change))
            group.add(TwoStepRow(self._context))
        is_demo = self._context.workspace.location.kind == "demo"  # there, another person is chosen
        command = REGISTRY["window.switch_person" if is_demo else "window.sign_out"]
        sentence = (
            _("Continue as another demo person. No password is needed.")
            if is_demo
            else _("Ends this session on this computer. What is saved stays.")
        )
        leave = Button(command.text, self._context.sign_out, icon=command.icon, name="settings_sign_out")
        group.add(SettingRow("", sentence, leave))
        export = Button(_("Export"), self._export_data, icon="ph.download-simple", name="settings_export_data")
        export.setAccessibleName(_("Export your data"))
        kept = _("Everything that is held about you, as a ZIP of JSON and CSV files. Passwords and keys aren't in it.")
        group.add(SettingRow(_("Your data"), kept, export))

    def _export_data(self) -> None:
        from benchboard.ui.person_data_export import export_person_data

        actor = self._context.actor
        export_person_data(self._context, self, actor.user_id, actor.name)

    def _add_help(self) -> None:
        group = self._add_group(_("Help"), _("Many commands have keys, and the search finds all of them."))
        for command_id, sentence in (
            ("window.shortcuts", _("All keys of the rooms that you can use.")),
            ("window.palette", _("Finds every view, dashboard and command by a part of its name.")),
        ):
            command = REGISTRY[command_id]
            run = partial(self._context.run_command, command_id)
            show = Button(_("Open"), run, name=f"settings_{command.name}")
            show.setAccessibleName(f"{show.text()}: {command.text}")
            if command.key:
                show.add_key_cap(command.key)
            group.add(SettingRow(command.text, sentence, show))


def _keys(context: "Context") -> QWidget:
    from benchboard.ui.api_keys.keys_view import KeysView

    return KeysView(context)


def _handlers(context: "Context") -> Handlers:
    """The commands of Settings that can be run from any room."""
    return {"api_keys.create": Handler(partial(context.go, "settings/keys/create"))}


ROOM = Room(
    key="settings",
    title=N_("Settings"),
    icon="ph.gear",
    act="",
    views=(
        RoomView("general", N_("General"), GeneralSettings),
        RoomView("keys", N_("API keys"), _keys, N_("access tokens, automation, BENCHBOARD_API_KEY")),
    ),
    handlers=_handlers,
)
