"""The worked example of docs/protocol.md, computed with fixed keys. Run as a program to print it."""

from collections.abc import Iterator
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    ConfigSigner,
    DeviceSide,
    HostClaim,
    Packet,
    PersistentState,
    ProtocolCommand,
    crypto,
    host_side,
    messages,
)
from benchboard.dongles.protocol.device_side import config_message, transcript
from benchboard.dongles.protocol.framing import Body, ConsoleDecoder, encode_cbor
from benchboard.dongles.simulator.node import DESCRIPTION, FACTORY_CONFIG

DEVICE_SEED = bytes(range(0x00, 0x20))
ORGANISATION_SEED = bytes(range(0x20, 0x40))
HOST_EPHEMERAL = bytes(range(0x40, 0x60))
HOST_NONCE = bytes(range(0x60, 0x80))
DEVICE_EPHEMERAL = bytes(range(0x80, 0xA0))
DEVICE_NONCE = bytes(range(0xA0, 0xC0))
TOKEN = bytes(range(0xC0, 0xE0))
NEW_TOKEN = bytes(reversed(TOKEN))
NONCE = bytes(range(0xE0, 0xF0))
CLAIM_ID = bytes.fromhex("11111111111141118111111111111111")
ORGANISATION = bytes.fromhex("22222222222242228222222222222222")
CONFIG = replace(FACTORY_CONFIG, bitrate=250_000, prescaler=20)


class _Queue:
    """Randomness that is not."""

    def __init__(self, *values: bytes) -> None:
        self._values = list(values)

    def __call__(self, size: int) -> bytes:
        value = self._values.pop(0)
        assert len(value) == size
        return value


class _Exchange:
    def __init__(self) -> None:
        self.device = DeviceSide(
            Ed25519PrivateKey.from_private_bytes(DEVICE_SEED),
            PersistentState(FACTORY_CONFIG),
            lambda _new: None,
            description=DESCRIPTION,
            factory_config=FACTORY_CONFIG,
            random=_Queue(DEVICE_EPHEMERAL, DEVICE_NONCE, DEVICE_EPHEMERAL, DEVICE_NONCE),
        )
        self.now = 0.0
        self._sequence = 0
        self.lines: list[str] = []

    def ask(self, command: ProtocolCommand, body: Body) -> Body:
        request = Packet(messages.OPERATIONS[command], messages.GROUP, command, self._sequence, body)
        self._sequence += 1
        sent = protocol.encode(request)
        (arrived,) = ConsoleDecoder().feed(sent)
        assert isinstance(arrived, Packet)
        answer = self.device.handle(arrived, self.now)
        assert answer is not None
        back = protocol.encode(answer)
        self.lines += [f"{command.name} request body", *_hex(encode_cbor(body))]
        self.lines += [f"{command.name} request on the wire", *_wire(sent)]
        self.lines += [f"{command.name} answer body", *_hex(encode_cbor(answer.body))]
        self.lines += [f"{command.name} answer on the wire", *_wire(back)]
        return answer.body


def _hex(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), 32):
        yield "  " + data[start : start + 32].hex()


def _wire(data: bytes) -> Iterator[str]:
    for line in data.split(b"\n")[:-1]:
        yield f"  <{line[:2].hex()}>{line[2:].decode()}<0a>"


def example() -> str:
    """The text between the markers of docs/protocol.md, section 11."""
    exchange = _Exchange()
    lines = exchange.lines
    organisation = Ed25519PrivateKey.from_private_bytes(ORGANISATION_SEED)
    for name, value in (
        ("device seed", DEVICE_SEED), ("organisation seed", ORGANISATION_SEED),
        ("host ephemeral private key", HOST_EPHEMERAL), ("host nonce", HOST_NONCE),
        ("device ephemeral private key", DEVICE_EPHEMERAL), ("device nonce", DEVICE_NONCE),
        ("token", TOKEN), ("token after the rotation", NEW_TOKEN), ("nonce of the other messages", NONCE),
        ("claim_id", CLAIM_ID), ("organisation", ORGANISATION),
        ("device public key", exchange.device.device_key),
        ("device_id", bytes.fromhex(exchange.device.device_id)),
        ("organisation public key", crypto.public_bytes(organisation)),
    ):  # fmt: skip
        lines += [name, *_hex(value)]
    host_side.read_hello(exchange.ask(ProtocolCommand.HELLO, {"nonce": NONCE}), NONCE)
    claim = HostClaim(
        device_key=exchange.device.device_key,
        claim_id=CLAIM_ID,
        organisation=ORGANISATION,
        organisation_key=crypto.public_bytes(organisation),
        random=_Queue(HOST_EPHEMERAL, HOST_NONCE),
    )
    answer = exchange.ask(ProtocolCommand.CLAIM_BEGIN, claim.begin_request())
    claim.accept_begin(answer)
    lines += _inside(claim, answer)
    exchange.ask(ProtocolCommand.CLAIM_PROVE, claim.prove_request(organisation.sign))
    exchange.device.press(exchange.now)
    lines += ["the button is pressed"]
    plain = encode_cbor({"token": TOKEN, "key_version": claim.key_version})
    lines += ["CLAIM_COMMIT plaintext", *_hex(plain)]
    claim.accept_commit(exchange.ask(ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN)))
    request = host_side.confirm_request(claim.device_id, CLAIM_ID, claim.key_version, TOKEN, NONCE)
    answer = exchange.ask(ProtocolCommand.CLAIM_CONFIRM, request)
    host_side.verify_confirm(answer, request, claim.device_id, claim.key_version, TOKEN)
    answer = exchange.ask(ProtocolCommand.STATUS, {"nonce": NONCE})
    host_side.read_status(answer, NONCE, claim.device_key, TOKEN)
    signer = ConfigSigner(organisation.sign, CLAIM_ID, claim.key_version)
    write = host_side.config_write_request(CONFIG, 0, claim.device_id, signer)
    message = config_message(claim.device_id, CLAIM_ID, claim.key_version, 0, write["config"])
    lines += ["what the organisation signs in CONFIG_WRITE", *_hex(message)]
    exchange.ask(ProtocolCommand.CONFIG_WRITE, write)
    _rotate(exchange, organisation)
    request = host_side.release_request(
        claim.device_id, CLAIM_ID, claim.key_version + 1, token=NEW_TOKEN, sign=organisation.sign, nonce=NONCE
    )
    answer = exchange.ask(ProtocolCommand.RELEASE, request)
    host_side.verify_released(answer, request, claim.device_key)
    exchange.ask(ProtocolCommand.FACTORY_RESET, {"nonce": NONCE})
    exchange.device.press(exchange.now)
    lines += ["the button is pressed"]
    exchange.ask(ProtocolCommand.FACTORY_RESET, {"nonce": NONCE})
    return "\n".join(lines)


def _rotate(exchange: _Exchange, organisation: Ed25519PrivateKey) -> None:
    """The token is replaced; the two nonces and ephemeral keys are those of the claim, which only an example may do."""
    rotation = HostClaim(
        device_key=exchange.device.device_key,
        claim_id=CLAIM_ID,
        organisation=ORGANISATION,
        organisation_key=crypto.public_bytes(organisation),
        random=_Queue(HOST_EPHEMERAL, HOST_NONCE),
    )
    request = rotation.rotate_request(1, token=TOKEN, sign=organisation.sign)
    answer = exchange.ask(ProtocolCommand.ROTATE, request)
    rotation.accept_rotate(answer)
    whole = answer | {"device_key": rotation.device_key}
    digest = transcript(rotation.begin_request(), whole, label="rotation").digest()
    exchange.lines += ["transcript digest of the rotation", *_hex(digest)]
    plain = encode_cbor({"token": NEW_TOKEN, "key_version": rotation.key_version})
    exchange.lines += ["CLAIM_COMMIT plaintext", *_hex(plain)]
    rotation.accept_commit(exchange.ask(ProtocolCommand.CLAIM_COMMIT, rotation.commit_request(NEW_TOKEN)))


def _inside(claim: HostClaim, answer: Body) -> Iterator[str]:
    shared = X25519PrivateKey.from_private_bytes(HOST_EPHEMERAL).exchange(
        X25519PublicKey.from_public_bytes(answer["device_ephemeral"])
    )
    digest = transcript(claim.begin_request(), answer).digest()
    keys = crypto.derive_keys(shared, digest)
    yield from ("X25519 shared secret", *_hex(shared))
    yield from ("transcript digest", *_hex(digest))
    yield from ("HKDF output: two keys (host to device, device to host), two IVs", *_hex(keys))
    yield from ("additional data of CLAIM_COMMIT's request", *_hex(crypto.additional_data(digest, 0, 7, 0)))


if __name__ == "__main__":
    print(example())
