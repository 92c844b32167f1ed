"""From a video file to the library: decode, shots, keyframes, text."""
