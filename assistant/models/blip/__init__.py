"""InstructBLIP and BLIP-2: checkpoints, language model, Q-Former, matching, the event timer."""
