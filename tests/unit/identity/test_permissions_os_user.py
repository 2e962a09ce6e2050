"""The operating system's user is whom the process runs as, whatever the environment says."""

import os
import pwd

import pytest

from benchboard.identity.permissions import os_user
from support import forked


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_os_user_with_another_name_in_the_environment_is_the_process_user(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "somebody-else")
    assert os_user() == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_os_user_without_an_account_is_unknown() -> None:
    number = next(uid for uid in range(50_000, 60_000) if uid not in {entry.pw_uid for entry in pwd.getpwall()})
    assert forked.run(lambda: int(os_user() != "unknown"), uid=number) == 0
