"""The program without a screen: library, ingest, models and agent."""

import os

# onnxruntime reports its use to its maker from 1.29 on unless this stands in the environment before its first import.
# Every process of the program imports this package first, and child processes inherit the environment.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
