"""HTTPS to a checked address: the certificate must be that of the host's name, from an authority that is trusted."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchboard.analytics.rest.reading import RowsRead, read_rows
from benchboard.analytics.rest.settings import checked_rest
from benchboard.errors import Unavailable
from support.rest_server import Reply, RestServer, rest_server

TOKEN = "t0ken-for-tls"


class Authority:
    """A certificate authority of the tests, in files below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        signed = self._certificate(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None), None)
        self.file = folder / "authority.pem"
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def server_context(self, name: x509.GeneralName, asked: list[str | None]) -> ssl.SSLContext:
        """A server's side, with a certificate of `name`; `asked` gets the names that clients ask for (SNI)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A server of the tests")])
        signed = self._certificate(
            subject, key, x509.BasicConstraints(ca=False, path_length=None), x509.SubjectAlternativeName([name])
        )
        file = self._folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.sni_callback = lambda _socket, asked_for, _context: asked.append(asked_for)
        return context

    def _certificate(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        constraints: x509.BasicConstraints,
        names: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(constraints, critical=True)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name in .example is this computer."""
    real = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **named: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".example") else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


@contextmanager
def serving(authority: Authority, name: x509.GeneralName) -> Iterator[tuple[RestServer, list[str | None]]]:
    asked: list[str | None] = []
    reply = Reply(json.dumps([{"n": 1}, {"n": 2}]).encode())
    with rest_server(lambda _request: reply, authority.server_context(name, asked)) as server:
        yield server, asked


def read(server: RestServer, host: str, tmp_path: Path) -> RowsRead:
    url = server.url(host=host).replace("http:", "https:")
    wanted = checked_rest({"url": url, "authentication": "bearer", "allow_local": True})
    return read_rows(wanted, TOKEN, tmp_path / "answer")


@pytest.mark.usefixtures("trusted")
def test_read_rows_https_certificate_of_the_name_is_accepted_at_the_checked_address(
    authority: Authority, tmp_path: Path
) -> None:
    with serving(authority, x509.DNSName("api.example")) as (server, asked):
        assert read(server, "api.example", tmp_path).inspected.rows == 2
    assert asked == ["api.example"]
    (request,) = server.requests
    assert request.headers["host"] == f"api.example:{server.port}"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.usefixtures("trusted")
def test_read_rows_https_certificate_of_an_address_is_accepted(authority: Authority, tmp_path: Path) -> None:
    with serving(authority, x509.IPAddress(ip_address("127.0.0.1"))) as (server, _asked):
        assert read(server, "127.0.0.1", tmp_path).inspected.rows == 2


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "name",
    [
        x509.DNSName("other.example"),
        x509.DNSName("api.example.evil.test"),
        x509.IPAddress(ip_address("127.0.0.1")),  # what is connected to isn't what was asked for
    ],
    ids=["other-name", "longer-name", "address"],
)
def test_read_rows_https_certificate_of_another_name_is_refused(
    authority: Authority, tmp_path: Path, name: x509.GeneralName
) -> None:
    with serving(authority, name) as (server, _asked), pytest.raises(Unavailable) as caught:
        read(server, "api.example", tmp_path)
    assert caught.value.code == "rest.tls"
    assert server.requests == []  # nothing was sent, the token least of all


def test_read_rows_https_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    with serving(authority, x509.DNSName("api.example")) as (server, _asked), pytest.raises(Unavailable) as caught:
        read(server, "api.example", tmp_path)
    assert caught.value.code == "rest.tls"
    assert server.requests == []
