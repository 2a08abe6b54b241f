"""Whether the backend can send events."""

from importlib.util import find_spec

try:
    from app.websocket_core.unified_manager import UnifiedWebSocketManager as Manager
except ImportError:
    from app.offline import OfflineManager as Manager

try:
    from app.websocket_core.manager import WebSocketManagerError, forget_managers
except ImportError:
    WebSocketManagerError = RuntimeError

    def forget_managers():
        """There are none."""


def is_online():
    """Whether there are sockets in this build."""
    return find_spec("app.websocket_core.manager") is not None


def can_make(user_id):
    """Whether there can be a manager for this user."""
    try:
        return Manager(user_id).user_id == user_id
    except WebSocketManagerError:
        return False


def restart():
    """Forgets who was there."""
    forget_managers()
