"""Drawing of widgets, on the canvas and in exports, and the query results that they show."""
