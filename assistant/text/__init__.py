"""Words: folding, stop words, noun phrases, language, and how times and titles are written for people."""
