"""The second desktop: another process on the same demo, signed in as the analyst until an admin revokes its session.

`python -m benchboard.tour.second_window HOME PICTURE` prints `signed-in` and, after it was signed out, `signed-out`.
"""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchboard.tour.driver import Driver
from benchboard.ui.app import Application


def main(home: Path, picture: Path) -> int:
    """Sign in, wait to be signed out, keep a picture of what the person then sees."""
    qt = QApplication(sys.argv[:1])
    qt.setStyle("Fusion")
    application = Application(home)
    application.start()
    application.window.resize(1440, 900)
    driver = Driver(application.window)
    driver.click("open_demo")
    driver.click("demo_analyst")
    driver.wait_until(lambda: application.shell, "the second desktop's sign-in")
    sys.stdout.write("signed-in\n")
    sys.stdout.flush()
    driver.wait_until(lambda: application.sign_in if application.shell is None else None, "the end of its session", 300)
    driver.capture(picture)
    sys.stdout.write("signed-out\n")
    sys.stdout.flush()
    application.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
