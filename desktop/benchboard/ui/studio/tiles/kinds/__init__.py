"""The kinds of charts: how each is drawn, and the values that it draws."""
