"""Entry point: opens the window without arguments or with a file or link, otherwise runs the command line.

Neither loads the other: a command never imports Qt, the window never imports click.
"""

import os
import sys
from pathlib import Path

from benchboard import settings
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.start_arguments import link_address, names_database, opens_window


def main() -> int:
    """Run what the arguments ask for; returns the exit status (0 done, 1 failed, 2 wrong usage)."""
    arguments = sys.argv[1:]
    try:
        settings.home()
    except Invalid as error:
        print(error, file=sys.stderr)  # noqa: T201  # neither the window nor the command line has begun
        return 1
    if arguments[:1] == ["tour"]:
        from benchboard.tour.run import main as tour

        return tour(arguments[1:])
    if arguments[:1] == ["gallery"]:
        from benchboard.ui.gallery import main as gallery

        return gallery(arguments[1:])
    target = arguments[0] if arguments else ""
    if not opens_window(arguments) or (names_database(target) and not Path(target).is_file()):
        from benchboard.cli.main import main as command

        return command(arguments)
    if _no_display():
        print(  # noqa: T201  # there is no window to say it in
            _("Can't open a window: no display found. Commands work without one; see “benchboard --help”."),
            file=sys.stderr,
        )
        return 1
    from benchboard.ui.app import run

    if (address := link_address(target)) is not None:
        return run(address=address)
    return run(file=Path(target) if target else None)


def _no_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
