"""Understand, act, look, answer, reflect: the graph and the cores it reaches models through."""
