"""The rendered street world that the pocket models know: scenes, questions about them, pictures and clips.

Nothing here is imported when a question is answered; a test proves it.
"""
