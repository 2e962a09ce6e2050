"""Adds Inter and JetBrains Mono, with their licences, to the wheel when it is built; the repository contains no font.

The fonts come from two PyPI packages that contain them as variable fonts. Qt draws every weight of a variable font as
regular, so each weight gets its own file.
"""

import hashlib
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WEIGHTS: Final = {"Regular": 400, "Medium": 500, "SemiBold": 600}


class _Source(NamedTuple):
    package: str
    folder: str
    font: str
    font_sha256: str
    licence_sha256: str
    fixed_axes: dict[str, float]
    weights: tuple[str, ...]


_SOURCES: Final = (
    _Source(
        "fontpkg-inter",
        "fontpkg_inter",
        "Inter[opsz,wght].ttf",
        "29160a80ff49ddcab2c97711247e08b1fab27a484a329ce8b813d820dc559031",
        "5b9321a4298cfeb6b34354164a1c3afc3db114569984c502b9b35d988fd58c57",
        {"opsz": 14},
        ("Regular", "Medium", "SemiBold"),
    ),
    _Source(
        "fontpkg-jetbrains-mono",
        "fontpkg_jetbrains_mono",
        "JetBrainsMono[wght].ttf",
        "48715a42ec242c21e9f02692891e147d022299a52e48d5e413e1a942193ffeda",
        "b2fe5e8987594e9ffd1d2ca52a2f5d73eb8335243893c5d6254b5ad69269591d",
        {},
        ("Regular",),
    ),
)


class WheelFonts(BuildHookInterface[Any]):
    """Hatchling's build hook. An editable install gets no fonts; it uses the installed ones."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._folder = TemporaryDirectory()
        made = Path(self._folder.name)
        for source in _SOURCES:
            font = _read(source.package, f"{source.folder}/files/{source.font}", source.font_sha256)
            licence = _read(source.package, f"{source.folder}/LICENSE", source.licence_sha256)
            family = source.font.partition("[")[0]
            (made / f"{family}-LICENSE.txt").write_bytes(licence)
            for weight in source.weights:
                axes = source.fixed_axes | {"wght": _WEIGHTS[weight]}
                _write_static(font, axes, made / f"{family}-{weight}.ttf")
        for file in made.iterdir():
            build_data["force_include"][str(file)] = f"benchboard/_resources/fonts/{file.name}"

    def finalize(self, version: str, build_data: object, artifact_path: str) -> None:  # noqa: ARG002  # hatchling calls it so
        if version != "editable":
            self._folder.cleanup()


def _read(package: str, path: str, sha256: str) -> bytes:
    data = Path(str(distribution(package).locate_file(path))).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{package}: {path} is not the file that this wheel is made from")
    return data


def _write_static(source: bytes, axes: dict[str, float], file: Path) -> None:
    font = TTFont(BytesIO(source), recalcTimestamp=False)  # the same font whenever it is made
    instantiateVariableFont(font, axes, inplace=True, updateFontNames=True)
    font.save(file)
