"""Finds connections that do not answer any more."""

from . import manager
from .unified_manager import UnifiedWebSocketManager as Manager


async def sweep(user_id):
    """Drops the dead connections of a user; returns how many live."""
    found = manager.get_websocket_manager(user_id)
    if not isinstance(found, Manager):
        raise TypeError(f"no manager: {found!r}")
    for connection in found.connections:
        try:
            await connection.ping()
        except ConnectionError:
            found.disconnect(connection)
    return len(found.connections)
