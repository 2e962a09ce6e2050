"""Benchboard: the CAN bench, the dashboards and the people, in one desktop application and one command."""

__version__ = "0.1.0"
