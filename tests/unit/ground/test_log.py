import logging
from pathlib import Path

import pytest

from benchboard import log


@pytest.mark.parametrize(
    "line",
    [
        "token=hunter2hunter2",
        "password: hunter2hunter2",
        '{"password": "hunter2hunter2"}',
        "passphrase='hunter2hunter2'",
        "Authorization: hunter2hunter2",
        "api_key hunter2hunter2",
        "postgresql://dana:hunter2hunter2@bench-db/work",
    ],
)
def test_a_secret_does_not_reach_the_log(line: str) -> None:
    assert "hunter2" not in log.redact(line)


def test_a_traceback_is_redacted_too(tmp_path: Path) -> None:
    record = logging.LogRecord("benchboard", logging.ERROR, __file__, 1, "failed", (), None)
    try:
        raise ValueError("postgresql://dana:hunter2hunter2@bench-db/work")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = log.RedactingFormatter("%(message)s").format(record)
    assert "ValueError" in text
    assert "hunter2" not in text


def test_plain_words_stay() -> None:
    assert log.redact("ttyACM4 is busy, 12 frames lost") == "ttyACM4 is busy, 12 frames lost"
