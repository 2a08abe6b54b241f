"""The golden path: a user starts an agent and sees what it does, and nobody else does."""
