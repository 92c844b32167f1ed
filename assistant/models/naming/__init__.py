"""Names of a thousand kinds of things for pictures, and a place among sentences for each picture."""
