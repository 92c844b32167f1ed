"""A core for several users: a worker that answers their calls in batches, and the client that stands for the core."""
