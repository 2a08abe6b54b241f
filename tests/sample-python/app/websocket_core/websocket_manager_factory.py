"""Deprecated: the manager's own module hands it out. Here for those who still look for it."""

import warnings

from .websocket_manager import (
    WebSocketManager,
    WebSocketManagerError,
    forget_managers,
    get_websocket_manager,
)

__all__ = [
    "WebSocketManager",
    "WebSocketManagerError",
    "WebSocketManagerFactory",
    "create_websocket_manager",
    "forget_managers",
]

warnings.warn(f"deprecated: {__name__}", DeprecationWarning, stacklevel=2)


class WebSocketManagerFactory:
    """Made managers; a function does."""

    def create(self, user_id):
        """The manager of this user."""
        return create_websocket_manager(user_id)


def create_websocket_manager(user_id):
    """The manager of this user."""
    return get_websocket_manager(user_id)
