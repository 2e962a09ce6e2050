"""Opens a file dialog in which a typed path takes effect.

It is the platform's own, or where it has none Qt's with our icons, colours and measures.
"""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractProxyModel,
    QEvent,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QUrl,
)
from PySide6.QtGui import QIcon, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QFileSystemModel,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
)

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.file_places import FilePlace, file_places
from benchboard.ui.widgets.labels import Text, restyle
from benchboard.ui.widgets.surfaces import Icon

_BUTTONS: Final = {
    "backButton": "ph.arrow-left",
    "forwardButton": "ph.arrow-right",
    "toParentButton": "ph.arrow-up",
    "newFolderButton": "ph.folder-plus",
    "listModeButton": "ph.squares-four",
    "detailModeButton": "ph.list-bullets",
}
"""The icons of the buttons in Qt's dialog, by their names."""
_SIZE: Final = QSize(820, 520)
_ROW: Final = 32
"""Pixels of a row, a field or a button."""
_SIZE_COLUMN: Final = 1
_TYPE_COLUMN: Final = 2
"""The column that repeats the end of the file's name in words."""
_TIME_COLUMN: Final = 3
_ARROW_GAP: Final = 4
_ARROW: Final = 12
"""Pixels between a column's title and the arrow of the order that the list is in, and of that."""
_VIEWS: Final = ("listView", "treeView", "sidebar")
_URL: Final = Qt.ItemDataRole.UserRole + 1
"""The role under which the list of places has its addresses."""


class _FileIcons(QStyledItemDelegate):
    """Draws our icon of a file, a folder, or of the computer in the place of the one that the view has.

    (A provider of icons would be called in the thread that reads the folders.) `places` are called by their own titles.
    """

    def __init__(self, parent: QObject, places: Sequence[FilePlace] = ()) -> None:
        super().__init__(parent)
        self._places = {place.path: place for place in places}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), _ROW))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() == 0:
            url, model = index.data(_URL), index.model()
            while isinstance(model, QAbstractProxyModel):  # a list of completions has no children
                index = model.mapToSource(index)
                model = index.model()
            holds_files = model.hasChildren(index) or isinstance(url, QUrl)
            name = "ph.folder" if holds_files else "ph.file"
            if isinstance(url, QUrl) and not url.path():
                name = "ph.desktop"
            if isinstance(url, QUrl) and (place := self._places.get(url.toLocalFile())) is not None:
                name, option.text = place.icon, place.title
            option.icon = theme().icon(name, "text.secondary")
        elif isinstance(model := index.model(), QFileSystemModel):
            if index.column() == _SIZE_COLUMN and not model.isDir(index):
                size = model.size(index)  # known to the model, as is the time
                option.text = QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
            elif index.column() == _TIME_COLUMN:
                option.text = QLocale().toString(model.lastModified(index), "d MMM yyyy, HH:mm")


class _FilesHeader(QHeaderView):
    """The titles of the list of files, as those of our lists; the arrow of the order follows its word."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self.setFixedHeight(_ROW)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)

    def sectionSizeFromContents(self, section: int) -> QSize:
        room = 2 * theme().px("table.cell_pad_x") + _ARROW_GAP + _ARROW
        return QSize(self.fontMetrics().horizontalAdvance(self._title(section)) + room, _ROW)

    def _title(self, section: int) -> str:
        given = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        return _("Modified") if section == _TIME_COLUMN else given  # Qt's are English, and written in capitals

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("border"))
        pad, side = theme().px("table.cell_pad_x"), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        box, title = rect.adjusted(pad, 0, -pad, -1), self._title(section)
        painter.setPen(theme().color("text.secondary"))
        is_sorted, wide = section == self.sortIndicatorSection(), painter.fontMetrics().horizontalAdvance(title)
        if section == _SIZE_COLUMN:  # above figures
            box.setLeft(box.right() - wide - (_ARROW_GAP + _ARROW if is_sorted else 0))
        painter.drawText(box, side, title)
        if is_sorted:
            ascends = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            spot = QRectF(box.left() + wide + _ARROW_GAP, box.center().y() - _ARROW / 2 + 1, _ARROW, _ARROW)
            paint_icon(painter, "ph.caret-up" if ascends else "ph.caret-down", spot, theme().color("text.secondary"))
        painter.restore()


class _Folders:
    """The folders that were used last, by kind, and who keeps them."""

    read: Callable[[], dict[str, str]] = dict
    keep: Callable[[dict[str, str]], None] = staticmethod(lambda _folders: None)


def keep_folders(read: Callable[[], dict[str, str]], keep: Callable[[dict[str, str]], None]) -> None:
    """Have the folders that dialogs begin in read and kept by these, by their kind."""
    _Folders.read, _Folders.keep = staticmethod(read), staticmethod(keep)


def _begin_in_last_folder(dialog: QFileDialog, kind: str) -> None:
    folder = _Folders.read().get(kind)
    if folder:
        names = dialog.selectedFiles() if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave else []
        dialog.setDirectory(folder)
        if names:
            dialog.selectFile(PurePath(names[0]).name)

    def chosen(paths: Sequence[str]) -> None:
        folders, used = _Folders.read(), str(PurePath(paths[0]).parent) if paths else ""
        if used and folders.get(kind) != used:
            _Folders.keep({**folders, kind: used})

    dialog.filesSelected.connect(chosen)


class FileDialog(QFileDialog):
    """A file dialog that says itself what doesn't exist: Qt's own has a box with English words for that."""

    _problem: Text | None = None

    def accept(self) -> None:
        """Take what was typed or selected, if it is there."""
        missing = next((path for path in map(Path, self.selectedFiles()) if not path.exists()), None)
        if missing is None or self.acceptMode() == QFileDialog.AcceptMode.AcceptSave or self._problem is None:
            super().accept()
            return
        what = _("“{name}” doesn't exist in {folder}.").format(name=missing.name, folder=missing.parent)
        self._problem.setText(" ".join((what, _("Check the file's name and its folder."))))
        self._problem.show()
        if (field := self.findChild(QLineEdit, "fileNameEdit")) is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self._problem, self._problem.text(), urgent=True)

    def place_problem(self, field: QLineEdit) -> None:
        """Have a line for that under the field of the name."""
        grid = self.layout()
        if self._problem is None and isinstance(grid, QGridLayout):
            self._problem = Text("", "body", "error", wrap=True)
            self._problem.setObjectName("file_dialog_problem")
            grid.addWidget(self._problem, grid.rowCount(), 0, 1, -1)
            self._problem.hide()
            field.textChanged.connect(self._problem.hide)


def open_file_dialog(dialog: QFileDialog, kind: str = "") -> None:
    """Show `dialog` and return at once; its signals report the result. With a `kind`, of what is opened or saved, it
    begins in the folder that was used last for that.

    While a path is typed, Qt selects in its list each file and folder that the text names so far. It doesn't always
    deselect them (a folder whose details it has not read yet stays selected), and the selection takes precedence over
    the text: `/home/ada/b/x/file.json` and Return showed the folder `x` and lost the path. So the list is deselected
    while the field has the focus; files selected in the list by mouse or keys stay selected.
    """
    if kind:
        _begin_in_last_folder(dialog, kind)
    dialog.open()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    files = dialog.findChild(QAbstractItemView, "listView")
    if field is None or files is None:  # the platform's own dialog
        return
    places = file_places(reversed(_Folders.read().values()))
    dialog.setSidebarUrls([QUrl.fromLocalFile(place.path) for place in places])
    _show_our_icons(dialog, places)
    if isinstance(dialog, FileDialog):
        dialog.place_problem(field)
    _use_our_measures(dialog)
    completer = field.completer()
    if completer is not None and (popup := completer.popup()) is not None:
        popup.setProperty("completions", True)  # a window of its own, which nothing else gives a ground
        popup.setItemDelegate(_FileIcons(popup))

    def deselect() -> None:
        if field.hasFocus():
            files.selectionModel().clearSelection()

    field.textChanged.connect(deselect)  # after Qt's own slot, which was connected before


def _use_our_measures(dialog: QFileDialog) -> None:
    """Arrange Qt's dialog as ours are: room around it, rows and fields of our height, one primary button."""
    dialog.setSizeGripEnabled(False)
    dialog.resize(_SIZE)
    if (grid := dialog.layout()) is not None:
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setSpacing(8)
    if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, _("Save in"))
    _place_buttons_below(dialog)
    for label in dialog.findChildren(QLabel):
        if label.buddy() is not None:
            label.setText(label.text().replace("&", "").removesuffix(":"))  # Tab reaches what it names
            label.setProperty("tone", "secondary")
    for field in (*dialog.findChildren(QComboBox), *dialog.findChildren(QLineEdit, "fileNameEdit")):
        field.setFixedHeight(_ROW)
    for combo in dialog.findChildren(QComboBox):
        _Caret(combo)
    for button in dialog.findChildren(QPushButton):
        button.setProperty("kind", "primary" if button.isDefault() else "plain")
        button.setText(button.text().replace("&", ""))
        button.setIcon(QIcon())  # of the desktop: a floppy disk, a red cross
        button.setFixedHeight(_ROW)
        button.setMinimumWidth(96)
        restyle(button)
    for view in dialog.findChildren(QTreeView):
        header: QHeaderView = _FilesHeader(view)
        view.setHeader(header)
        header.show()
        view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        view.setColumnHidden(_TYPE_COLUMN, True)
        header.setStretchLastSection(False)
        for column in range(1, header.count()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for name in _VIEWS:
        shown = dialog.findChild(QAbstractItemView, name)
        if shown is not None:
            shown.setProperty("files", True)
            restyle(shown)
    for splitter in dialog.findChildren(QSplitter):
        splitter.setHandleWidth(8)
        splitter.setProperty("clear", True)
        splitter.setSizes([168, _SIZE.width() - 168])
        restyle(splitter)
    if (frame := dialog.findChild(QFrame, "frame")) is not None:
        frame.setFrameShape(QFrame.Shape.NoFrame)


def _place_buttons_below(dialog: QFileDialog) -> None:
    """Have the buttons in a line at the bottom right, as in our dialogs, and the fields as wide as the dialog."""
    grid, buttons = dialog.layout(), dialog.findChild(QDialogButtonBox)
    if not isinstance(grid, QGridLayout) or buttons is None:
        return
    grid.removeWidget(buttons)
    buttons.setOrientation(Qt.Orientation.Horizontal)
    for field in (dialog.findChild(QLineEdit, "fileNameEdit"), dialog.findChild(QComboBox, "fileTypeCombo")):
        if field is not None and (at := grid.indexOf(field)) >= 0:
            place: Any = grid.getItemPosition(at)  # declared as an object
            row, column = place[:2]
            grid.removeWidget(field)
            grid.addWidget(field, row, column, 1, -1)
    grid.addWidget(buttons, grid.rowCount(), 0, 1, -1, Qt.AlignmentFlag.AlignRight)


class _Caret(Icon):
    """The arrow at the end of a field with choices."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__("ph.caret-down", "text.secondary", 12, combo)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        combo.installEventFilter(self)
        self._place(combo.size())
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QResizeEvent):
            self._place(event.size())
        return False

    def _place(self, size: QSize) -> None:
        self.move(size.width() - 24, (size.height() - self.height()) // 2)


def _show_our_icons(dialog: QFileDialog, places: Sequence[FilePlace]) -> None:
    """Replace the icons of Qt's dialog, which are those of an old desktop."""
    side = theme().px("icon.control")
    for name, icon in _BUTTONS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(theme().icon(icon, "text.secondary"))
            button.setIconSize(QSize(side, side))
    for name in _VIEWS:
        view = dialog.findChild(QAbstractItemView, name)
        if view is not None:
            view.setItemDelegate(_FileIcons(view, places))
            view.setIconSize(QSize(side, side))
    folders = dialog.findChild(QComboBox, "lookInCombo")
    if folders is not None:
        folders.setIconSize(QSize(0, 0))  # its own icon can't be replaced; the path says what it is
