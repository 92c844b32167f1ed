"""The library searched by meaning: implements the frame and text ports of `tools.ports`."""
