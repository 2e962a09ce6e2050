"""The conveyor that the simulator plays: what its signals have as values at a time. The file that names and places
them is `resources/demo/conveyor.dbc`; its messages and signals are called as in there.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from benchboard.package_data import resources_folder

_TARGET, _SWING, _SWING_S = 0.8, 0.012, 2 * math.pi / 9
"""The belt's speed in m/s, how far it swings around it, and how fast (radians a second)."""
_RPM = 1_800
"""Turns a minute of the motor for each m/s of the belt."""
_BELT_MM = 400_000
_PACKAGE_S, _PACKAGE_MM = 3.2, 420


def database_file() -> Path:
    """The CAN database of the conveyor."""
    return resources_folder() / "demo" / "conveyor.dbc"


def values(message: str, at: float, count: int) -> Mapping[str, float]:
    """The values of a message's signals `at` a time in seconds, in their units; `count`: its frames until then."""
    speed = _TARGET + _SWING * math.sin(_SWING_S * at)
    if message == "DriveStatus":
        return {
            "MotorSpeed": _RPM * speed,
            "MotorTorque": 36 + 2 * _wave(at, 7) + 9 * _pulse(at % _PACKAGE_S, 0.9),
            "MotorTemperature": 61 + 2 * _wave(at, 180),
            "DriveState": 2,
            "AliveCounter": count % 16,
        }
    if message == "BrakeStatus":
        return {"SupplyVoltage": 24.1 + 0.05 * _wave(at, 20), "BrakeCurrent": 1.2, "BrakeState": 0, "LiningLeft": 87}
    if message == "BeltPosition":
        way = 1_000 * (_TARGET * at - _SWING / _SWING_S * math.cos(_SWING_S * at))  # the speed's integral
        return {"Position": way % _BELT_MM, "BeltSpeed": speed}
    if message == "Packages":
        packages, since = divmod(at, _PACKAGE_S)
        blocked = since < _PACKAGE_MM / 1_000 / _TARGET
        return {"PackageCount": int(packages) % 2**32, "PackageLength": _PACKAGE_MM, "LightBarrier": int(blocked)}
    if message == "Climate":
        return {"AirTemperature": 22.4 + 0.3 * _wave(at, 240), "AirHumidity": 44 + _wave(at, 400)}
    if message == "PanelState":
        return {"Mode": 1, "ActiveFaults": 0}
    return {"TargetSpeed": _TARGET, "AverageSpeed": _TARGET, "OperatingTime": int(at) % 2**32}


def _pulse(since: float, seconds: float) -> float:
    """A smooth rise to 1 and back to 0 within so many seconds, such as the load of a package that comes."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * since / seconds) if since < seconds else 0.0


def _wave(at: float, period: float) -> float:
    """A slow wave between -1 and 1, once in `period` seconds."""
    return math.sin(2 * math.pi * at / period)
