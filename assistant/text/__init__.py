"""Text: folding, stop words, noun phrases, language detection, and how times and titles are written for people."""
