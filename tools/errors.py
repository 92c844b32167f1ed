"""The base of every error that a user may read."""


class VideoAssistantError(Exception):
    """An expected failure. Its message is a single line: what came, what is allowed, what to do."""


class ModelNotFoundError(VideoAssistantError):
    """A checkpoint is missing. Its message says where it belongs."""
