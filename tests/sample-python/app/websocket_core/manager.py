"""Deprecated: a second module for the same class."""

import warnings

from .websocket_manager import (
    MANAGERS,
    WebSocketManager,
    WebSocketManagerError,
    forget_managers,
    get_websocket_manager,
)

__all__ = [
    "MANAGERS",
    "WebSocketManager",
    "WebSocketManagerError",
    "forget_managers",
    "get_websocket_manager",
]

warnings.warn(f"deprecated: {__name__}", DeprecationWarning, stacklevel=2)
