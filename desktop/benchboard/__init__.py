"""Benchboard: CAN bench, dashboards and user administration, as a desktop application and a command line."""

__version__ = "0.1.0"
