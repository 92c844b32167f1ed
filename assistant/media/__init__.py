"""Video and picture files as they are: decoding, sound, subtitle streams, cutting."""
