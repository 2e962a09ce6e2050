"""API keys in the window: one's own in Settings, those of the organisation in Admin."""
