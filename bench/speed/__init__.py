"""Speed and scale: `video-assistant bench`. Ratios compare two ways of doing the same in one run."""
