"""What a widget looks like, wherever it is drawn, and the answers it shows."""
