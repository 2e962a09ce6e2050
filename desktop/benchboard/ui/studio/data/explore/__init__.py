"""Explore: from a table to a chart, by fields or by SQL."""
