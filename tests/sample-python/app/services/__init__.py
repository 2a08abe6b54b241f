"""What the backend does around the agents."""

from app.websocket_core import WebSocketManager, events  # noqa: F401
