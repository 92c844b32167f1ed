"""The rendered street world that the pocket models know: scenes, questions about them, pictures and clips.

Nothing here is imported when the product answers a question; a test proves it.
"""
