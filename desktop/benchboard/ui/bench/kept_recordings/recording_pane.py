"""The details of a recording beside the list of the folder: its frames over time, what it holds, and what is done with
it."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.recording_content import BusyId, RecordingContent
from benchboard.canbus.recording_folder import RecordingFile
from benchboard.canbus.traffic_shares import share_text
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import rates, recording_duration
from benchboard.ui.bench.frame_format import identifier
from benchboard.ui.bench.kept_recordings.density_chart import DensityChart
from benchboard.ui.bench.kept_recordings.density_drawing import density_text, errors_text
from benchboard.ui.bench.kept_recordings.recording_bookmarks import Bookmark
from benchboard.ui.bench.kept_recordings.recording_columns import channels_text, date_of, size_text, unknown_tip
from benchboard.ui.bench.kept_recordings.recording_sources import RecordingSource
from benchboard.ui.paged.paged_model import NO_VALUE
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Badge, Button, KeyValue, Paragraph, Text
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import hairline, plain_tooltip
from benchboard.ui.widgets.share_bar import ShareBar

_SHARE_WIDTH: Final = 72
_FORMS: Final = {".log": "candump", ".asc": "Vector ASC", ".blf": "Vector BLF", ".trc": "PEAK TRC"}


class RecordingPane(DetailPane):
    """Emits with the path of the recording: `open_wanted`, `compare_wanted` (with another one that is yet to be chosen)
    and `rename_wanted`; `menu_wanted` with where on the screen.
    """

    open_wanted = Signal(object)
    compare_wanted = Signal(object)
    rename_wanted = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__("recording_details")
        self._file: RecordingFile | None = None
        self._source: RecordingSource | None = None
        self._bookmarks: Sequence[Bookmark] = ()
        self._database = CanDatabase()
        self._errors = Badge("error", "")
        self._errors.hide()
        self._more = Button(
            "", self._ask_menu, kind="quiet", icon="ph.dots-three", tip=_("More actions"), name="recording_more"
        )
        header = DetailHeader(self.close_button(), self._errors, icon="ph.file")
        header.title_row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        self._head = header
        self.head.addWidget(header)
        self.head.addLayout(self._actions())
        self.head.addWidget(hairline())
        self._rate = Text("", "caption", "muted")
        self._traffic = DetailSection(_("Frames over time"), self._rate)
        self.chart = DensityChart()
        self._unknown = Paragraph("", "body", "muted")
        self._traffic.fill(self.chart, self._unknown)
        self._facts = KeyValue(label=_("What the recording holds"))
        facts = DetailSection(_("Recording"))
        facts.fill(self._facts)
        self._busiest = KeyValue(mono=True, label=_("Most frequent IDs"))
        self._busy = DetailSection(_("Most frequent IDs"))
        self._busy.fill(self._busiest)
        self._busy_line = hairline()
        for part in (self._traffic, hairline(), facts, self._busy_line, self._busy):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def _actions(self) -> QVBoxLayout:
        actions = FlowLayout()
        for title, wanted, icon, name in (
            (_("Open"), self.open_wanted, "ph.folder-open", "recording_details_open"),
            (_("Compare"), self.compare_wanted, "ph.arrows-left-right", "recording_details_compare"),
            (_("Rename"), self.rename_wanted, "ph.pencil-simple", "recording_details_rename"),
        ):
            actions.addWidget(Button(title, partial(self._emit, wanted), icon=icon, name=name))
        below = QVBoxLayout()
        below.setContentsMargins(16, 0, 12, 14)
        below.addLayout(actions)
        return below

    def _emit(self, wanted: SignalInstance) -> None:
        if self._file is not None:
            wanted.emit(self._file.path)

    def _ask_menu(self) -> None:
        self.menu_wanted.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))

    @property
    def file(self) -> RecordingFile | None:
        """The recording that is shown."""
        return self._file

    def show_file(
        self, file: RecordingFile, source: RecordingSource | None, bookmarks: Sequence[Bookmark] = ()
    ) -> None:
        """Show this recording, which was made with `source` if that is known, and has these bookmarks."""
        if (file, source, bookmarks) == (self._file, self._source, self._bookmarks):
            return
        self._file, self._source, self._bookmarks = file, source, bookmarks
        self._show()

    def show_names(self, database: CanDatabase) -> None:
        """Name the IDs by this database."""
        if database is not self._database:
            self._database = database
            self._show()

    def _show(self) -> None:
        file = self._file
        if file is None:
            return
        content = file.content or RecordingContent()
        self._head.name.setText(file.name)
        begun = date_of(content)
        self._head.below.setText(full_time(begun) if begun is not None else _form_text(file))
        errors = content.errors or 0
        self._errors.setVisible(errors > 0)
        self._errors.show_state("error", errors_text(errors))
        self._show_traffic(file, content)
        facts = _facts(file, content, self._source)
        if self._bookmarks:
            facts.append((_("Bookmarks"), Paragraph(", ".join(one.name for one in self._bookmarks))))
        self._facts.show_rows(facts)
        for part in (self._busy_line, self._busy):
            part.setVisible(bool(content.busiest))
        self._busiest.show_rows([self._busy_row(one, content.frames or 1) for one in content.busiest])

    def _show_traffic(self, file: RecordingFile, content: RecordingContent) -> None:
        self.chart.setVisible(bool(content.rates))
        self._unknown.setVisible(not content.rates)
        self._rate.setText(density_text(content.rates, content.frames, content.seconds))
        if content.rates:
            self.chart.show_content(content)
        elif content.frames is not None and not content.seconds:
            none = not content.frames and not content.errors
            self._unknown.setText(_("Nothing was recorded.") if none else _("All frames have one time."))
        else:
            self._unknown.setText(unknown_tip(file))

    def _busy_row(self, one: BusyId, frames: int) -> tuple[str, QWidget]:
        frame = Frame(one.id, extended=one.extended)
        message = self._database.find(frame)
        title = identifier(frame) if message is None else f"{identifier(frame)} {message.name}"
        share, figures = one.frames / frames, _("{count} frames, {share}")
        value = QWidget()
        line = QHBoxLayout(value)
        line.setContentsMargins(0, 0, 0, 0)
        bar = ShareBar()
        bar.setFixedWidth(_SHARE_WIDTH)
        bar.show_shares([share])
        text = figures.format(count=number(one.frames), share=share_text(share))
        line.addStretch(1)
        line.addWidget(Text(text))
        line.addWidget(bar)
        value.setAccessibleName(text)
        return title, value


def _form_text(file: RecordingFile) -> str:
    name = file.name.lower()
    form = next((form for suffix, form in _FORMS.items() if name.removesuffix(".gz").endswith(suffix)), "")
    return _("{form}, compressed").format(form=form) if name.endswith(".gz") else form


def _facts(file: RecordingFile, content: RecordingContent, source: RecordingSource | None) -> list[tuple[str, QWidget]]:
    """What is known of the recording; a dash stands for what isn't, with the reason as its tooltip."""
    why = unknown_tip(file)

    def figure(value: int | None) -> Text:
        return _value(number(value) if value is not None else "", why)

    seconds = content.seconds
    not_said = _("Files of recordings don't say it. It is kept of those that are recorded here.")
    rows: list[tuple[str, QWidget]] = [
        (_("Duration"), _value(recording_duration(seconds) if seconds is not None else "", why)),
        (_("Frames"), figure(content.frames)),
        (_("Error frames"), figure(content.errors)),
        (_("IDs"), figure(content.ids)),
        (_("Dongle"), _value(source.dongle if source is not None else "", not_said)),
        (_("Bit rate"), _value(rates(source.bitrate, source.data_bitrate) if source is not None else "", not_said)),
        (_("Channels"), _value(channels_text(content.channels or ()), why or _("The file doesn't name its channel."))),
        (_("File"), _file_text(file)),
    ]
    return rows


def _file_text(file: RecordingFile) -> Text:
    shown = Text(", ".join((size_text(file.size), _form_text(file))))
    shown.setToolTip(plain_tooltip(str(file.path)))
    return shown


def _value(text: str, why_unknown: str) -> Text:
    shown = Text(text or NO_VALUE, tone="text" if text else "muted")
    if not text:
        shown.setToolTip(plain_tooltip(why_unknown))
    return shown
