"""The device side and a host's claim of it without a port; messages are encoded and decoded on their way."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    ConfigSigner,
    ConsoleDecoder,
    DeviceSide,
    ErrorCode,
    HostClaim,
    Packet,
    PersistentState,
    ProtocolCommand,
    ProtocolError,
    Sign,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.node import DESCRIPTION, FACTORY_CONFIG
from support.cable import seeded
from support.loopback_dongle import after_reset
from support.memory_host import ORGANISATION, ORGANISATION_KEY, PUBLIC

TOKEN = b"t" * 32
NONCE = b"n" * 16


def device(seed: int = 1, persistent: PersistentState | None = None) -> DeviceSide:
    key = Ed25519PrivateKey.from_private_bytes(seeded(seed)(32))
    kept = persistent or PersistentState(FACTORY_CONFIG)
    return DeviceSide(
        key, kept, lambda _new: None,
        description=DESCRIPTION, factory_config=FACTORY_CONFIG, random=seeded(seed + 100),
    )  # fmt: skip


def ask(dongle: DeviceSide, command: ProtocolCommand, body: Body, now: float = 0.0) -> Body:
    """Send a request and return the answer's body. Raises `ProtocolError` with the dongle's error code."""
    request = Packet(messages.OPERATIONS[command], messages.GROUP, command, 7, body)
    (arrived,) = ConsoleDecoder().feed(protocol.encode(request))
    assert isinstance(arrived, Packet)
    answer = dongle.handle(arrived, now)
    assert answer is not None
    if "err" in answer.body:
        raise ProtocolError(ErrorCode(answer.body["err"]["rc"]))
    assert "rc" not in answer.body, answer.body
    return answer.body


def claim_for(dongle: DeviceSide, claim_id: bytes = b"c" * 16, seed: int = 9) -> HostClaim:
    return HostClaim(
        device_key=dongle.device_key,
        claim_id=claim_id,
        organisation=ORGANISATION.bytes,
        organisation_key=PUBLIC,
        random=seeded(seed),
    )


def begun(dongle: DeviceSide, **more: Any) -> HostClaim:
    claim = claim_for(dongle, **more)
    claim.accept_begin(ask(dongle, ProtocolCommand.CLAIM_BEGIN, claim.begin_request()))
    return claim


def pressed(dongle: DeviceSide, **more: Any) -> HostClaim:
    claim = begun(dongle, **more)
    ask(dongle, ProtocolCommand.CLAIM_PROVE, claim.prove_request(ORGANISATION_KEY.sign))
    dongle.press(0.0)
    return claim


def claimed(dongle: DeviceSide | None = None, **more: Any) -> DeviceSide:
    dongle = dongle or device()
    claim = pressed(dongle, **more)
    claim.accept_commit(ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN)))
    return dongle


def reset(dongle: DeviceSide) -> DeviceSide:
    """The same dongle after a factory reset (docs/protocol.md, section 5)."""
    return device(persistent=after_reset(dongle.persistent))


def signer(dongle: DeviceSide, sign: Sign = ORGANISATION_KEY.sign) -> ConfigSigner:
    """A signer of settings for the claim that is in force on `dongle`."""
    claim_id = dongle.persistent.claim_id
    assert claim_id is not None
    return ConfigSigner(sign, claim_id, dongle.persistent.key_version)


def flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    return bytes(changed)
