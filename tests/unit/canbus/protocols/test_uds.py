"""UDS: names against an independent library's, and what messages say."""

import pytest
import udsoncan
from udsoncan import services
from udsoncan.BaseService import BaseService

from benchboard.canbus.protocols.uds import UdsKind, parse_uds
from benchboard.canbus.protocols.uds_names import DATA_IDENTIFIERS, RESPONSE_CODES, SERVICES

_SPELT = "exceedednumberofattempts"
"""As ISO 14229-1:2020 spells it; udsoncan has an older edition's exceedNumberOfAttempts."""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def test_services_have_the_names_that_udsoncan_has() -> None:
    found = [one for one in vars(services).values() if isinstance(one, type) and issubclass(one, BaseService)]
    known = {one.request_id(): one.__name__ for one in found if one is not BaseService}
    assert known.items() <= SERVICES.items()
    assert len(known) > 20


def test_response_codes_have_the_names_that_udsoncan_has() -> None:
    known: dict[int, set[str]] = {}
    for name, code in vars(udsoncan.Response.Code).items():
        if isinstance(code, int):
            known.setdefault(code, set()).add(_plain(name))
    assert [code for code, name in RESPONSE_CODES.items() if _plain(name) not in known[code] | {_SPELT}] == []


def test_data_identifiers_have_the_names_that_udsoncan_has() -> None:
    known = {code: udsoncan.DataIdentifier.name_from_id(code) for code in DATA_IDENTIFIERS}
    assert {code: name.replace("DataIdentifier", "").lower() for code, name in known.items() if name} == {
        code: name.lower() for code, name in DATA_IDENTIFIERS.items()
    }


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        ("1003", UdsKind.REQUEST, "DiagnosticSessionControl request: extendedDiagnosticSession"),
        ("5003003201f4", UdsKind.POSITIVE, "DiagnosticSessionControl response: extendedDiagnosticSession"),
        ("22f190", UdsKind.REQUEST, "ReadDataByIdentifier request: VIN (0xF190)"),
        ("62f190" + b"WDB1234567890ABCD".hex(), UdsKind.POSITIVE,
         "ReadDataByIdentifier response: VIN (0xF190) = “WDB1234567890ABCD”"),
        ("22f1871234", UdsKind.REQUEST,
         "ReadDataByIdentifier request: vehicleManufacturerSparePartNumber (0xF187), 0x1234"),
        ("7f2231", UdsKind.NEGATIVE, "ReadDataByIdentifier refused: requestOutOfRange (0x31)"),
        ("7f2278", UdsKind.NEGATIVE, "ReadDataByIdentifier goes on: requestCorrectlyReceivedResponsePending (0x78)"),
        ("3e80", UdsKind.REQUEST, "TesterPresent request: zeroSubFunction, no answer wanted"),
        ("2701", UdsKind.REQUEST, "SecurityAccess request: requestSeed, 0x01"),
        ("2702aabb", UdsKind.REQUEST, "SecurityAccess request: sendKey, 0x02"),
        ("190209", UdsKind.REQUEST, "ReadDTCInformation request: reportDTCByStatusMask"),
        ("3101ff00", UdsKind.REQUEST, "RoutineControl request: startRoutine, 0xFF00"),
        ("010c", UdsKind.REQUEST, "OBD current data request: Engine speed (PID 0x0C)"),
        ("410c1af8", UdsKind.POSITIVE, "OBD current data response: Engine speed 1\u202f726.00 rpm"),
    ],
    ids=range(14),
)  # fmt: skip
def test_message_says_what_it_is(data: str, kind: UdsKind, text: str) -> None:
    found = parse_uds(bytes.fromhex(data))
    assert found is not None
    assert (found.kind, found.text) == (kind, text)


@pytest.mark.parametrize("data", ["", "ba01", "7f", "00"])
def test_message_of_no_known_service_is_none(data: str) -> None:
    assert parse_uds(bytes.fromhex(data)) is None
