"""The details of an audit entry in words."""

import pytest

from benchboard.ui.admin.audit_details import value_text


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("data_bitrate", None, "none"),
        ("mode", "NORMAL", "Normal"),
        ("mode", "LISTEN_ONLY", "Listen only"),
        ("mode", "ELSE", "ELSE"),
        ("controller", "fdcan", "FDCAN (M_CAN 3.1 and later)"),
        ("controller", "nobody's", "nobody's"),
        ("permission", "view", "Can view"),
        ("count", 3, "3"),
        ("changed", True, "Yes"),
    ],
)
def test_audit_detail_is_shown_in_words(key: str, value: object, shown: str) -> None:
    assert value_text(key, value) == shown


def test_audit_detail_bit_rate_has_grouped_digits() -> None:
    assert value_text("bitrate", 500_000).startswith("500")
    assert value_text("bitrate", 500_000) != "500000"
