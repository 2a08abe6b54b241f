"""The route to which clients connect."""

from typing import TYPE_CHECKING, List, cast

from app.websocket_core import get_websocket_manager as manager_of

if TYPE_CHECKING:
    import app.websocket_core.unified_manager


def managers(user_ids) -> "List[app.websocket_core.unified_manager.UnifiedWebSocketManager]":
    """The managers of these users."""
    return [manager_of(user_id) for user_id in user_ids]


def manager(user_id):
    """The manager of one user."""
    found = managers([user_id])[0]
    return cast("app.websocket_core.unified_manager.UnifiedWebSocketManager", found)
