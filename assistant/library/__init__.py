"""What is known about the videos: catalog and text (SQLite), vectors (Chroma and a sidecar), features, thumbnails."""
