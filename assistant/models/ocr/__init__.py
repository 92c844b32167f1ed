"""Readers of the text that pictures show."""
