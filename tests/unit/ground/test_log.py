import logging
import time
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
        "postgresql://dana:hunter2/hunter2@bench-db/work",
        "postgresql://dana:p@hunter2@bench-db/work",
        "postgresql://dana:p@ss/hunter2@hunter2@bench-db/work",
        "postgresql://dana@example.com:hunter2@bench-db/work",
        "postgresql://bench-db/work?sslpassword=hunter2&user=dana",
        "Authorization: Bearer hunter2",
        "Authorization: Basic ZGFuYTo= hunter2",
        "{'Authorization': 'Bearer hunter2', 'Accept': '*/*'}",
        "proxy-authorization=Bearer hunter2",
        "sent Bearer hunter2 to the server",
        "Cookie: theme=dark; sid=hunter2; other=hunter2",
        "Set-Cookie: sid=hunter2; Path=/",
        '{"cookie": "theme=dark; sid=hunter2"}',
        "[('Cookie', 'sid=hunter2; b=hunter2'), ('password', 'hunter2')]",
        "passwd=hunter2",
        "pwd: hunter2",
        "private_key=hunter2",
        "private-key: hunter2",
        "-----BEGIN PRIVATE KEY-----\nhunter2\nhunter2\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2",
        "access_key=hunter2",
        "client_secret=hunter2",
        "password=hun,hunter2;hunter2",
        '{"password": "a\\"hunter2"}',
        "password=b'a hunter2'",
        'password="a hunter2',
    ],
)
def test_redact_line_with_a_secret_hides_it(line: str) -> None:
    assert "hunter2" not in log.redact(line)


def test_formatter_record_with_a_traceback_redacts_it(tmp_path: Path) -> None:
    record = logging.LogRecord("benchboard", logging.ERROR, __file__, 1, "failed", (), None)
    try:
        raise ValueError("postgresql://dana:hunter2hunter2@bench-db/work")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = log.RedactingFormatter("%(message)s").format(record)
    assert "ValueError" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    "line",
    [
        "ttyACM4 is busy, 12 frames lost",
        "postgresql://dana@bench-db:5432/work is not at this program's version",
        "http://[::1]:8080/metrics answered 200",
        "two cookies in a jar",
    ],
)
def test_redact_of_plain_words_changes_nothing(line: str) -> None:
    assert log.redact(line) == line


def test_redact_leaves_what_surrounds_a_secret() -> None:
    text = "GET postgresql://dana:p@ss/w@bench-db/work failed\nCookie: sid=1; b=2\nnext line"
    assert log.redact(text) == "GET postgresql://dana:***@bench-db/work failed\nCookie: ***\nnext line"
    assert log.redact('{"password": "a", "user": "dana"}') == '{"password": ***, "user": "dana"}'


@pytest.mark.parametrize("repeated", ["a", "://", "token ", 'password="', "x:@", "x://y:"])
def test_redact_of_a_long_line_takes_less_than_a_second(repeated: str) -> None:
    text = repeated * (500_000 // len(repeated))
    begun = time.process_time()
    log.redact(text)
    assert time.process_time() - begun < 1
