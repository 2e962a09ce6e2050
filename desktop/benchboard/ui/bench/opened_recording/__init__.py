"""What is above the frames of an opened recording: its figures, and the row that plays and filters."""
