"""The contrast of two colours, WCAG 2.1; and where a colour is in OKLab, also to colour-blind eyes."""

import math
from collections.abc import Sequence


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, WCAG 2.1."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> list[float]:
    """Red, green and blue of `#RRGGBB` without gamma, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#RRGGBB`, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


Rows = tuple[tuple[float, float, float], ...]
_CONES: Rows = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB: Rows = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def oklab(colour: str, vision: Rows) -> tuple[float, ...]:
    """Where a `#RRGGBB` is in OKLab, as an eye sees it whose vision changes linear red, green and blue by a matrix."""
    cones = _times(_CONES, _times(vision, _linear(colour)))
    return _times(_LAB, [math.copysign(abs(part) ** (1 / 3), part) for part in cones])


def _times(rows: Rows, parts: Sequence[float]) -> tuple[float, ...]:
    return tuple(sum(one * part for one, part in zip(row, parts, strict=True)) for row in rows)
