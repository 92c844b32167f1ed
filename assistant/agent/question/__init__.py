"""Reads the text of a question once, into a frozen `Question`."""
