"""Entry point: opens the window without arguments or with a file or link, otherwise runs the command line.

Neither loads the other: a command never imports Qt, the window never imports click.
"""

import os
import shlex
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
    address = link_address(target)
    if not opens_window(arguments) or (target and address is None and not os.path.exists(target)):  # noqa: PTH110  # also of a name with a null character
        from benchboard.cli.main import main as command

        return command(arguments)
    is_database = names_database(target) and Path(target).is_file()
    data = Path(target).absolute() if target and address is None and not is_database else None
    if (data is not None or address) and _handed_over(address or "", data):
        return 0
    if _no_display():
        if data is not None:
            _say(_no_display_text(target))
            return 1
        _say(_("Can't open a window: no display found. Commands work without one; see “benchboard --help”."))
        return 1
    from benchboard.ui.app import run

    if address is not None:
        return run(address=address)
    if data is not None:
        return run(data=data)
    return run(file=Path(target) if target else None)


def _handed_over(address: str, data: Path | None) -> bool:
    """Whether a window of this home that is open takes the link or the file."""
    from benchboard.ui.open_requests import hand_over

    return hand_over(settings.home(), address=address, path=data)


def _no_display_text(target: str) -> str:
    from benchboard.cli.terminal import printable

    text = _("Can't open a window to import “{file}”: no display found. To add it without one, run “{command}”.")
    return text.format(
        file=printable(Path(target).name), command=printable(f"benchboard source add {shlex.quote(target)}")
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  # there is no window to say it in


def _no_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
