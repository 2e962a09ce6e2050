"""Adding pages to a stack before it is shown."""

from PySide6.QtWidgets import QStackedLayout, QStackedWidget, QWidget


def add_page(stack: QStackedWidget | QStackedLayout, page: QWidget) -> None:
    """Add a page to a stack that isn't shown yet. Qt would lay the first page out at once, with everything in it, and
    again in the size that it is shown in.
    """
    layout = page.layout()
    if layout is None:
        stack.addWidget(page)
        return
    layout.setEnabled(False)
    stack.addWidget(page)
    layout.setEnabled(True)
