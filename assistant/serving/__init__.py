"""One core for several people: a worker that answers their calls together, and the client that takes its place here."""
