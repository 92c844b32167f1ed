"""The kernel: tools, evidence types and the Protocols of what a tool needs. It imports only `prompts` of ours."""
