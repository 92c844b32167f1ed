"""The commands of `video-assistant`, by what they are about; `assistant.cli` gathers them."""
