"""The bar above the frames of the live bus or a recording: the filter, what is wrong with it, its count, databases and
columns.
"""

from dataclasses import replace
from typing import Final, Literal

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.frame_filter import is_unfinished, parse_frame_filter
from benchboard.canbus.protocols.isotp_addresses import STANDARD_IDS, IsotpIds
from benchboard.canbus.protocols.protocol_choice import ProtocolMode
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.colour_rules.colour_rules_popover import ColourRulesButton
from benchboard.ui.bench.colour_rules.kept_colour_rules import KeptColourRules
from benchboard.ui.bench.database_list import DatabaseButton
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.protocols.protocol_button import ProtocolButton
from benchboard.ui.bench.saved_filters import SavedFilters
from benchboard.ui.commands import REGISTRY
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Said, Text
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.fields import SearchField, focus_filter, row
from benchboard.ui.widgets.help_popover import HelpPopover
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_TYPING_MS: Final = 200
_REST_MS: Final = 700
"""So long after the last letter a screen reader is told what is found."""
_FIELD_WIDTHS: Final = (120, 260)
_KEY_CAP: Final = 28
"""Pixels of the key at the end of the field."""


class FrameFilterBar(QWidget):
    """Filters the rows of a list of frames by what is typed. `applied`: other rows may be shown now. `left`: the user
    goes on to the frames.
    """

    applied = Signal()
    left = Signal()

    def __init__(
        self,
        context: Context,
        table: FrameList,
        *,
        place: Literal["live", "recording"] = "live",
    ) -> None:
        """`place`: whose frames they are; each has columns of its own in the settings, and names its widgets."""
        super().__init__()
        self._place = place
        settings = context.settings
        table.restore_columns(settings.live_columns if place == "live" else settings.recording_columns)
        self._context, self._table, self._model = context, table, table.frames
        set_surface(self, "surface")
        self._field = SearchField(
            placeholder=_("ID, name or signal>value"),
            icon="ph.funnel",
            clear=True,
            keys=REGISTRY["bench.filter_frames"].key,
            name=f"{place}_filter",
            label=_("Filter frames"),
        )
        self._field.setMinimumWidth(_FIELD_WIDTHS[0])
        self._field.setMaximumWidth(_FIELD_WIDTHS[1])
        self._field.setToolTip(plain_tooltip("\n".join(_filter_help())))
        self._field.setAccessibleDescription(_("IDs, names, or the values of signals, such as Speed>100."))
        self._help = Button(
            "", self._open_help, kind="quiet", icon="ph.question", tip=_("What can be entered"),
            name=f"{place}_filter_help",
        )  # fmt: skip
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._apply_typed)
        self._field.textChanged.connect(lambda _text: self._typing.start())
        self._result = ""
        """What a screen reader is told of the filter next."""
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.timeout.connect(self._tell)
        self._field.textChanged.connect(lambda _text: self._rest.stop())
        self._field.returnPressed.connect(self._enter)
        self._field.down.connect(self._enter)
        self._field.cleared.connect(self.apply)
        self._field.left.connect(self.left)
        self._problem = Said("error")
        self._problem.setObjectName(f"{place}_filter_problem")
        self._count = Text("", tone="muted")
        self._count.setObjectName(f"{place}_id_count")
        self.databases = DatabaseButton(context)
        self.databases.setObjectName(f"{place}_databases")
        self.protocol = ProtocolButton(context, place=place)
        self.protocol.changed.connect(self.apply)  # services are looked for on its IDs
        self._columns = Button(
            _("Columns"), self._open_columns, kind="quiet", icon="ph.columns", name=f"{place}_columns"
        )
        self.saved = SavedFilters(context, self.set_text, self._valid_text)
        self.colours = ColourRulesButton(context, lambda: self.databases.database, place=place)
        self._kept_colours = KeptColourRules.of(context)
        self._kept_colours.changed.connect(self._use_colours)
        self._use_colours()
        self._table.columns_changed.connect(self._keep_columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = self._line = QHBoxLayout()
        column.addLayout(line)
        column.addWidget(self._problem.below)
        line.setContentsMargins(16, 6, 12, 6)
        line.setSpacing(8 if place == "live" else 4)  # what plays a recording is in the same row
        line.addWidget(self._field, 60)  # whole before the sentence has any room
        line.addLayout(row(self._help, self.saved, self.colours, spacing=0))
        line.addWidget(self._problem, 1)
        line.addWidget(self._count)
        line.addWidget(self.databases)
        line.addWidget(self.protocol)
        line.addWidget(self._columns)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Its buttons with words, which can be shown by their icons alone."""
        places = map(self._line.itemAt, range(self._line.count()))
        return tuple(one for place in places if place is not None and isinstance(one := place.widget(), Button))

    @property
    def wanted_width(self) -> int:
        """How many pixels wider than at least its field has to be for its placeholder."""
        return max(min(self._field.sizeHint().width() + _KEY_CAP, _FIELD_WIDTHS[1]) - _FIELD_WIDTHS[0], 0)

    @property
    def count(self) -> Text:
        """How many of the IDs are shown."""
        return self._count

    def add_right(self, widget: QWidget) -> None:
        """Add a widget at the right end."""
        self._line.addWidget(widget)

    @property
    def text(self) -> str:
        """What is in the field, with single spaces."""
        return " ".join(self._field.text().split())

    def none_match_text(self) -> str:
        """Why the filter shows no frame: a name that no database has, or else that none matches."""
        if unknown := self._model.filter.unknown_names(self.databases.database):
            return _("No database has {names}").format(names=", ".join(unknown))
        return _("No frames match “{text}”").format(text=self.text)

    def focus_field(self) -> None:
        """Focus the field, with its text selected."""
        focus_filter(self._field)

    def _apply_typed(self) -> None:
        """Filter by what is typed so far; nothing is wrong with a comparison that isn't finished."""
        if is_unfinished(self._field.text()):
            self._field.set_invalid(False)
            self._problem.setText("")
        else:
            self.apply()

    def apply(self) -> None:
        """Filter the frames by what was typed; what can't be read says why, and the filter before it stays."""
        self._typing.stop()
        try:
            found = parse_frame_filter(self._field.text()).with_ids(self._isotp_ids)
        except Invalid as error:
            self._field.set_invalid(True)
            self._problem.setText(f"{error.what} {error.do}")
            self.tell_result(self._problem.text())
            return
        self._field.set_invalid(False)
        self._problem.setText("")
        is_new = found != self._model.filter
        if is_new:
            self._model.set_filter(found)
        self.applied.emit()
        if is_new and self._place == "live":  # a recording has to be searched first
            shown, total = self._model.id_counts
            self.tell_result(self.none_match_text() if total and not shown else self._count.text())

    def tell_result(self, text: str) -> None:
        """Tell a screen reader what is found, or what is wrong, once the user rests."""
        self._result = text
        self._rest.start()

    def _tell(self) -> None:
        self._rest.stop()
        announce(self, self._result, again=True)

    @property
    def _isotp_ids(self) -> IsotpIds:
        """The identifiers that carry ISO-TP, by the protocol that was chosen."""
        choice = self.protocol.choice
        return choice.ids if choice.mode is ProtocolMode.ISOTP else STANDARD_IDS

    def set_text(self, text: str) -> None:
        """Filter by this."""
        self._field.setText(text)
        self.apply()

    def add_term(self, term: str) -> None:
        """Filter by this too."""
        self.set_text(" ".join([*self._field.text().split(), term]))

    def clear(self) -> None:
        """Show all frames, and go on to them."""
        self._field.clear()
        self.apply()
        self.left.emit()

    def show_counts(self) -> None:
        """Show how many of the IDs are shown."""
        shown, total = self._model.id_counts
        of_all = ngettext("{shown} of {count} ID", "{shown} of {count} IDs", total)
        every = ngettext("{count} ID", "{count} IDs", total)
        sentence = of_all if self._model.filter.terms or shown != total else every
        text = sentence.format(shown=number(shown), count=number(total)) if total else ""
        if text != self._count.text():  # at each poll
            self._count.setText(text)

    def _valid_text(self) -> str:
        """What is in the field, if frames are filtered by it."""
        self.apply()
        return "" if self._problem.text() else self.text

    def _enter(self) -> None:
        self.apply()
        if self._rest.isActive():
            self._tell()
        if not self._problem.text():
            self.left.emit()

    def _use_colours(self) -> None:
        self._model.set_colour_rules(self._kept_colours.rules)

    def _open_help(self) -> None:
        HelpPopover(self._help, _("What can be entered"), _filter_help(), name=f"{self._place}_filter_lines").open()

    def _open_columns(self) -> None:
        self._table.open_menu(self._columns.mapToGlobal(self._columns.rect().bottomLeft()))

    def _keep_columns(self) -> None:
        kept, settings = self._table.columns_text(), self._context.settings
        changed = (
            replace(settings, live_columns=kept) if self._place == "live" else replace(settings, recording_columns=kept)
        )
        if changed != settings:
            self._context.apply_settings(changed)


def _filter_help() -> tuple[str, ...]:
    """What can be entered in the filter, by examples."""
    return (
        _("18F, 100-1FF, 100&700: IDs in hexadecimal digits"),
        _("motor: part of the name of a message or signal"),
        _("Speed>100, State=Running: the value of a signal"),
        _("pgn:61444, src:0x0B, dst:255: parts of J1939 IDs"),
        _("service:22, service:ReadData: services of UDS and OBD"),
        _("sent, received, error, remote, changed"),
        _("!18F: all but these"),
    )
