"""Simulated dongles: the provisioning protocol and slcan on pseudo-terminals, several dongles on a virtual CAN bus.

flash (memory), bus (virtual bus and controllers), node (a dongle), traffic over conveyor (its values),
faults, serve (pseudo-terminals, so POSIX only: import it where it is used).
"""
