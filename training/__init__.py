"""The rendered world and the recipes that train the pocket models on it."""
