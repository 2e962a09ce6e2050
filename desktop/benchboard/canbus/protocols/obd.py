"""The values of OBD on CAN: parameters of service 01 and the vehicle's identification of service 09 (SAE J1979). No
I/O."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from benchboard.i18n import N_, _, number

_VIN: Final = 0x02
_VIN_LENGTH: Final = 17


class _Parameter(NamedTuple):
    """A parameter: its name, how many bytes it has, how its value is calculated from them, its unit and decimals."""

    name: str
    size: int
    value: Callable[[bytes], float]
    unit: str
    decimals: int = 0


def _percent(data: bytes) -> float:
    return data[0] * 100 / 255


def _celsius(data: bytes) -> float:
    return data[0] - 40


def _trim(data: bytes) -> float:
    return (data[0] - 128) * 100 / 128


def _word(data: bytes) -> int:
    return data[0] << 8 | data[1]


PARAMETERS: Final[Mapping[int, _Parameter]] = {
    0x04: _Parameter(N_("Calculated load"), 1, _percent, "%", 1),
    0x05: _Parameter(N_("Coolant temperature"), 1, _celsius, "°C"),
    0x06: _Parameter(N_("Short-term fuel trim, bank 1"), 1, _trim, "%", 1),
    0x07: _Parameter(N_("Long-term fuel trim, bank 1"), 1, _trim, "%", 1),
    0x0A: _Parameter(N_("Fuel pressure"), 1, lambda data: 3 * data[0], "kPa"),
    0x0B: _Parameter(N_("Intake manifold pressure"), 1, lambda data: data[0], "kPa"),
    0x0C: _Parameter(N_("Engine speed"), 2, lambda data: _word(data) / 4, "rpm", 2),
    0x0D: _Parameter(N_("Vehicle speed"), 1, lambda data: data[0], "km/h"),
    0x0E: _Parameter(N_("Timing advance"), 1, lambda data: data[0] / 2 - 64, "°", 1),
    0x0F: _Parameter(N_("Intake air temperature"), 1, _celsius, "°C"),
    0x10: _Parameter(N_("Air flow"), 2, lambda data: _word(data) / 100, "g/s", 2),
    0x11: _Parameter(N_("Throttle position"), 1, _percent, "%", 1),
    0x1F: _Parameter(N_("Run time since engine start"), 2, _word, "s"),
    0x21: _Parameter(N_("Distance with malfunction lamp on"), 2, _word, "km"),
    0x2F: _Parameter(N_("Fuel level"), 1, _percent, "%", 1),
    0x31: _Parameter(N_("Distance since codes cleared"), 2, _word, "km"),
    0x33: _Parameter(N_("Barometric pressure"), 1, lambda data: data[0], "kPa"),
    0x42: _Parameter(N_("Control module voltage"), 2, lambda data: _word(data) / 1000, "V", 3),
    0x46: _Parameter(N_("Ambient air temperature"), 1, _celsius, "°C"),
    0x5C: _Parameter(N_("Engine oil temperature"), 1, _celsius, "°C"),
    0x5E: _Parameter(N_("Engine fuel rate"), 2, lambda data: _word(data) / 20, "L/h", 2),
}
"""The usual parameters of service 01, by their PIDs."""


def parameters_text(payload: bytes, *, answers: bool) -> str:
    """What a message of service 01 asks for (up to six PIDs), or what its answer says: each parameter by name with its
    value. `payload` is what follows the service. What is unknown is named by its PID; after it an answer can't be read.
    """
    if not answers:
        return ", ".join(_named(pid) for pid in payload[:6])
    said, at = [], 0
    while at < len(payload):
        parameter = PARAMETERS.get(payload[at])
        value = payload[at + 1 : at + 1 + (parameter.size if parameter is not None else 0)]
        if parameter is None or len(value) < parameter.size:
            said.append(_named(payload[at]))
            break
        figure = number(parameter.value(value), parameter.decimals)
        said.append(f"{_(parameter.name)} {figure} {parameter.unit}")
        at += 1 + parameter.size
        if at < len(payload) and payload[at] not in PARAMETERS:
            break  # padding
    return ", ".join(said)


def _named(pid: int) -> str:
    parameter = PARAMETERS.get(pid)
    return f"PID 0x{pid:02X}" if parameter is None else f"{_(parameter.name)} (PID 0x{pid:02X})"


def vehicle_text(payload: bytes, *, answers: bool) -> str:
    """What a message of service 09 asks for or says: the vehicle identification number, else only which type it is."""
    if not payload:
        return ""
    if payload[0] != _VIN:
        return f"PID 0x{payload[0]:02X}"
    vin = payload[1:].lstrip(b"\x01\x00")[:_VIN_LENGTH]
    if answers and len(vin) == _VIN_LENGTH and vin.isalnum():
        return f"VIN {vin.decode('ascii')}"
    return "VIN (PID 0x02)"
