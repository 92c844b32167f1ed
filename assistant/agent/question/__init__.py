"""What the user asks, read once, and the checks on what a language model makes of it."""
