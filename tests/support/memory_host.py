"""A minimal host that pairs, with a dict in place of the database."""

from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.dongles.device import ClaimOutcome, Device
from benchboard.dongles.protocol import crypto

ORGANISATION = UUID("0f0e0d0c-0b0a-4908-8706-050403020100")
ORGANISATION_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = crypto.public_bytes(ORGANISATION_KEY)


@dataclass
class Host:
    """Pairs like `provisioning`. `stored` is its database: "pending" or "active" to (claim id, key version, token)."""

    stored: dict[str, tuple[UUID, int, bytes]] = field(default_factory=dict)
    claims: int = 0

    def tokens(self) -> set[bytes]:
        return {token for _claim, _version, token in self.stored.values()}

    def pair(self, device: Device) -> None:
        self.claims += 1
        claim_id, token = UUID(int=0xC1A1 + self.claims, version=4), bytes([self.claims]) * 32
        claim = device.claim_begin(claim_id=claim_id, organisation=ORGANISATION, organisation_key=PUBLIC)
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
        self.stored["pending"] = (claim_id, claim.key_version, token)
        device.claim_commit(claim, token)
        self._activate(device)

    def settle(self, device: Device) -> ClaimOutcome | None:
        """Settle a pending claim after a failure as the dongle's STATUS says."""
        if "pending" not in self.stored:
            return None
        claim_id, _version, token = self.stored["pending"]
        outcome = device.claim_outcome(claim_id, token)
        if outcome is ClaimOutcome.HELD:
            self._activate(device)
        elif outcome is ClaimOutcome.ABSENT:
            del self.stored["pending"]
        return outcome

    def _activate(self, device: Device) -> None:
        claim_id, version, token = self.stored["pending"]
        device.claim_confirm(claim_id=claim_id, key_version=version, token=token)
        self.stored["active"] = self.stored.pop("pending")
