"""Deprecated: the unified manager is the manager."""

import warnings

from .websocket_manager import WebSocketManager as UnifiedWebSocketManager
from .websocket_manager import WebSocketManagerError, get_websocket_manager

__all__ = ["UnifiedWebSocketManager", "WebSocketManagerError", "get_websocket_manager"]

warnings.warn(f"deprecated: {__name__}", DeprecationWarning, stacklevel=2)
