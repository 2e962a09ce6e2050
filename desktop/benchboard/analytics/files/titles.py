"""Splits a column's title into what it names and its unit: `Sıcaklık (°C)`, `Speed [km/h]`, `Voltage / V`."""

import re
from typing import Final

_IN_BRACKETS: Final = re.compile(r"(.*\S)\s*[(\[]\s*([^()\[\]]{1,12})\s*[)\]]")
_UNIT: Final = re.compile(
    r"%|°?[CFK]|°|[kMGmµμunp]?(?:V|A|W|Wh|Ω|Ohm|Hz|s|m|g|Pa|bar|J|N|Nm|F|H|l|L|B|bit|bps|bit/s|m/s|C)"
    r"|rpm|min|h|d|km/h|mph|in|ft|psi|ppm|dB|dBm|kWh|m[²³]|[ms]\^?[-²³2]+|EUR|USD|TRY|TL|€|\$|₺|°C|°F"
)


def title_and_unit(title: str) -> tuple[str, str]:
    """The title without its unit, and the unit; empty where the title names none that is known."""
    found = _IN_BRACKETS.fullmatch(title)
    if found is not None and _UNIT.fullmatch(found[2].strip()):
        return found[1], found[2].strip()
    return title, ""
