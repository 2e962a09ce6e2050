"""The axes of charts: their ends, ticks, labels and thresholds."""
