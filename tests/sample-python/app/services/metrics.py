"""Counts."""

import app.websocket_core


def listeners(user_ids):
    """How many connections these users have."""
    return sum(len(app.websocket_core.get_websocket_manager(u).connections) for u in user_ids)
