"""How well the assistant understands what people ask, in their own words."""
