"""Quality on seeds, combinations and wordings that no training uses; the same harness measures every profile.

Difficulty, seeds and wordings are parts of the protocol: `protocol.digest` names their version in every result, so
that figures of two versions are never compared by mistake. No recipe imports this package; a test proves it.
"""
