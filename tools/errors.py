"""The base of every error that a user may read."""


class VideoAssistantError(Exception):
    """An expected failure. Its message is one line: what came, what is allowed, what to do."""


class ModelNotFoundError(VideoAssistantError):
    """A checkpoint that is not there. Its message says where it would go."""
