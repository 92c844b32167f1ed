"""The reasoning models behind `tools.ports.Core`, and InstructBLIP as a LangChain chat model."""
