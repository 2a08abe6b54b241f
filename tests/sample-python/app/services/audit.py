"""Keeps what was sent to a user."""

from app import websocket_core as core


class Recorder:
    """A connection that remembers."""

    def __init__(self):
        self.messages = []

    async def send_json(self, message):
        """Remembers the message."""
        self.messages.append(message)

    def missing(self):
        """The events that were not sent."""
        seen = {message["type"] for message in self.messages}
        return [kind for kind in core.EVENT_TYPES if kind not in seen]


def record(user_id):
    """Listens to a user from now on."""
    recorder = Recorder()
    core.create_websocket_manager(user_id).connect(recorder)
    return recorder
