"""Quality on seeds, combinations and wordings that no training saw; the same harness measures every profile.

Difficulty, seeds and wordings are part of the yardstick: `protocol.digest` names their version in every result, so
that figures of two versions are never compared by mistake. Nothing here is imported by a recipe; a test proves it.
"""
