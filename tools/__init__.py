"""The kernel: tools, evidence types and the Protocols of what a tool needs. It imports nothing of ours but `prompts`."""
