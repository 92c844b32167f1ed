"""What the pocket T5 learns about words: which tool a question wants, its slots, follow-ups, and Vietnamese.

`held_out.py` keeps wordings that no training ever samples; the evaluation asks with those alone.
"""
