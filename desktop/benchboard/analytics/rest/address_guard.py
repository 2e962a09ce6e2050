"""Which addresses a request of a data source may connect to: those of the Internet, local ones only if allowed.

A name is resolved once, each of its addresses is checked, and the connection goes to a checked address: a name that
leads elsewhere a moment later changes nothing. However an address is written (decimal, octal, as IPv6), what is checked
is what the system made of it.
"""

import ipaddress
import socket
import threading
from typing import Final

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.rest.rest_errors import rest_error

RESOLVE_TIMEOUT: Final = 10.0
"""Seconds that finding a name may take."""
_POLL: Final = 0.05
_METADATA: Final = frozenset(
    ipaddress.ip_address(one) for one in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16")
)
"""Where clouds tell their machines' credentials."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_addresses(host: str, port: int, *, allow_local: bool, cancel_token: CancelToken) -> tuple[str, ...]:
    """The addresses of `host` that may be connected to. Raises `Unavailable`: `rest.host` (not found), `rest.local`
    (it is local, which isn't allowed), `rest.forbidden` (no request may go there)."""
    found = _resolved(host, port, cancel_token)
    verdicts = {address: verdict(address) for address in found}
    allowed = tuple(
        str(address) for address, what in verdicts.items() if what == "public" or (what == "local" and allow_local)
    )
    if not allowed:
        raise rest_error("local" if "local" in verdicts.values() else "forbidden", host=host)
    return allowed


def verdict(address: IpAddress) -> str:
    """`public`, `local` (this computer or a private network) or `never`."""
    address = _inner(address)
    if address in _METADATA or address.is_unspecified or address.is_multicast or address.is_link_local:
        return "never"
    if address.is_loopback:
        return "local"
    if isinstance(address, ipaddress.IPv4Address) and address in ipaddress.ip_network("0.0.0.0/8"):
        return "never"
    if address.is_reserved or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local):
        return "never"
    return "public" if address.is_global else "local"


def _inner(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address.teredo is not None:
            return address.teredo[1]
        if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _resolved(host: str, port: int, cancel_token: CancelToken) -> tuple[IpAddress, ...]:
    """The addresses of a name. The system's resolver can't be stopped: it is left behind on a thread of its own."""
    answer: list[IpAddress] = []
    done = threading.Event()

    def resolve() -> None:
        try:
            for _family, _type, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                answer.append(ipaddress.ip_address(str(address[0]).partition("%")[0]))
        except (OSError, UnicodeError, ValueError):
            answer.clear()
        finally:
            done.set()

    threading.Thread(target=resolve, name="benchboard-resolve", daemon=True).start()
    waited = 0.0
    while not done.wait(_POLL):
        waited += _POLL
        if cancel_token.cancelled:
            raise query_cancelled()
        if waited >= RESOLVE_TIMEOUT:
            raise rest_error("timeout", host=host)
    if not answer:
        raise rest_error("host", host=host)
    return tuple(dict.fromkeys(answer))
