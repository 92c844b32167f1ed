"""Speed and scale, as ratios taken in one run."""
