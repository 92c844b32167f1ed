"""Sequences of events: the query, its search, its alignment, its verification by the core, its refinement."""
