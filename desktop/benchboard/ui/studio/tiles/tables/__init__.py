"""Tables, on a tile and as a Qt widget."""
