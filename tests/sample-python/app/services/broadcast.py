"""Sends one event to several users."""

import app.websocket_core.manager
from app.websocket_core.events import Event


async def broadcast(user_ids, run_id, kind, **data):
    """Each user gets an event of their own."""
    sent = []
    for user_id in user_ids:
        manager = app.websocket_core.manager.get_websocket_manager(user_id)
        sent.append(await manager.send_event(Event(kind, user_id, run_id, data)))
    return sent


def describe():
    """What sends the events."""
    return f"sent by {app.websocket_core.manager.WebSocketManager.__name__}"
