"""Where the program's resources and migrations are: inside the installed package, or in the checkout it runs from."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def migrations_folder() -> Path:
    """The folder of the migrations: `env.py` and `versions`."""
    return _folder("migrations")


def resources_folder() -> Path:
    """The folder of icons, themes, translations and data."""
    return _folder("resources")


def _folder(name: str) -> Path:
    packaged = _PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / name
