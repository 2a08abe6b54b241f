"""For a build without sockets."""


class OfflineManager:
    """Takes events and sends them nowhere."""

    def __init__(self, user_id):
        self.user_id = user_id
        self.connections = ()

    async def send_event(self, event):
        """Sends nothing."""
        return event.as_message(0)
