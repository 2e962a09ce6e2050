"""Simulated dongles: our protocol and slcan on real pseudo-terminals, several on a shared virtual bus.

flash (memory), bus (wires and controllers), node (a dongle), traffic, serve (terminals; imported by
whoever serves, as pseudo-terminals exist on POSIX only).
"""
