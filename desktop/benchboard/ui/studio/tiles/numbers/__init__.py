"""Numbers, dates and names as text, and the order of these."""
