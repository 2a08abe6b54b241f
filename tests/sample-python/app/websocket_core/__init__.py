"""Events over WebSockets.

The manager was here first, then in modules of its own; each name can still be had from the package.
"""

from .events import EVENT_TYPES, Event
from .unified_manager import UnifiedWebSocketManager
from .websocket_manager import WebSocketManager, get_websocket_manager
from .websocket_manager_factory import create_websocket_manager

__all__ = [
    "EVENT_TYPES",
    "Event",
    "UnifiedWebSocketManager",
    "WebSocketManager",
    "create_websocket_manager",
    "get_websocket_manager",
]
