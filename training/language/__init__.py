"""The language tasks of the pocket T5: tool choice, slots, follow-up questions, summaries and Vietnamese.

`held_out.py` has wordings that no training samples; the evaluation asks with those alone.
"""
