"""Speed and scale, side by side with the plain alternative."""
