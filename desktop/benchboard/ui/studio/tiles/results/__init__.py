"""The result of a widget's query, and what a tile says of its values at a point."""
