"""Who listens."""

import app.websocket_core.unified_manager as unified


class Session:
    """A user who is there; the session ends with the `with` block."""

    def __init__(self, user_id, connection):
        self.manager: unified.UnifiedWebSocketManager = unified.get_websocket_manager(user_id)
        self.connection = connection

    def __enter__(self):
        self.manager.connect(self.connection)
        return self

    def __exit__(self, *exc):
        self.manager.disconnect(self.connection)
