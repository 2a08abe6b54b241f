"""A client, and a world without other tests."""

import unittest
from unittest.mock import patch

from app.websocket_core.events import EVENT_TYPES

GOLDEN_PATH = list(EVENT_TYPES)


class Client:
    """A connection that keeps what it gets; after `limit` messages it is gone."""

    def __init__(self, limit=None):
        self.limit = limit
        self.messages = []

    async def send_json(self, message):
        """Keeps the message."""
        await self.ping()
        self.messages.append(message)

    async def ping(self):
        """Fails when the client is gone."""
        if self.limit is not None and len(self.messages) >= self.limit:
            raise ConnectionError("gone")

    def types(self):
        """The kinds of events, in order."""
        return [message["type"] for message in self.messages]


class Case(unittest.IsolatedAsyncioTestCase):
    """Starts with no managers, and leaves none."""

    def setUp(self):
        managers = patch.dict("app.websocket_core.manager.MANAGERS", clear=True)
        managers.start()
        self.addCleanup(managers.stop)
