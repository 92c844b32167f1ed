"""The program without a screen: library, ingest, models and agent."""
