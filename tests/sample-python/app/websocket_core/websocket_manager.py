"""The one home of the manager: one a user, and no event ever leaves to another user."""

from .events import Event

__all__ = [
    "MANAGERS",
    "WebSocketManager",
    "WebSocketManagerError",
    "forget_managers",
    "get_websocket_manager",
]

# By user.
MANAGERS = {}


class WebSocketManagerError(Exception):
    """An event that this manager must not send."""


class WebSocketManager:
    """Sends the events of one user to the connections of that user."""

    def __init__(self, user_id):
        if not user_id:
            raise WebSocketManagerError("a manager is for a user")
        self.user_id = user_id
        self._connections = []
        self._sent = 0

    @property
    def connections(self):
        """Who listens, in the order in which they came."""
        return tuple(self._connections)

    def connect(self, connection):
        """`connection` has a coroutine `send_json`."""
        self._connections.append(connection)

    def disconnect(self, connection):
        """Does nothing for one that is not connected."""
        if connection in self._connections:
            self._connections.remove(connection)

    async def send_event(self, event: Event):
        """Sends to all connections; one that fails is dropped, the others get the event."""
        if event.user_id != self.user_id:
            raise WebSocketManagerError(f"{event.type} is for another user")
        self._sent += 1
        message = event.as_message(self._sent)
        for connection in self.connections:
            try:
                await connection.send_json(message)
            except ConnectionError:
                self.disconnect(connection)
        return message


def get_websocket_manager(user_id):
    """The manager of this user; the same one for the same user."""
    manager = MANAGERS.get(user_id)
    if manager is None:
        manager = MANAGERS[user_id] = WebSocketManager(user_id)
    return manager


def forget_managers():
    """Drops every manager, as a restart would."""
    MANAGERS.clear()
