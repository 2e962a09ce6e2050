"""Metric cards and gauges: one number with its change."""
