"""What leaves the program as a document: reports, narrated films, descriptions."""
