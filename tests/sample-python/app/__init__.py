"""A backend that tells each user what the agents do for them."""
