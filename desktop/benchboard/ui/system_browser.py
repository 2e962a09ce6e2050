"""The person's web browser: the only module that opens it."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_in_browser(url: str) -> bool:
    """Open `url`; False if the system has no browser. Others may see the URL: it has no secret."""
    return QDesktopServices.openUrl(QUrl(url))
