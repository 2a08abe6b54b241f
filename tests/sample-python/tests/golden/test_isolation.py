"""No event reaches another user."""

import asyncio

import app.websocket_core.websocket_manager_factory
from app.agents.supervisor import Supervisor
from app.services import metrics
from app.services.sessions import Session
from app.websocket_core import heartbeat
from app.websocket_core.events import Event
from app.websocket_core.manager import WebSocketManager as Manager, WebSocketManagerError

from .support import GOLDEN_PATH, Case, Client


class Strict(Manager):
    """A manager that says what it got."""

    def __init__(self, user_id):
        super().__init__(user_id)
        self.seen = []

    async def send_event(self, event):
        self.seen.append(event.type)
        return await super().send_event(event)


class Isolation(Case):
    def test_a_user_has_one_manager(self):
        make = app.websocket_core.websocket_manager_factory.create_websocket_manager
        self.assertIs(make("ada"), make("ada"))
        self.assertIsNot(make("ada"), make("bob"))
        with self.assertRaises(WebSocketManagerError):
            make("")

    async def test_users_side_by_side_see_their_own_events(self):
        clients = {user: Client() for user in ("ada", "bob", "eve")}

        async def work(user):
            with Session(user, clients[user]):
                await Supervisor(user).run([user], [str.upper])

        await asyncio.gather(*map(work, clients))
        for user, client in clients.items():
            self.assertEqual(client.types(), GOLDEN_PATH)
            self.assertEqual({message["user_id"] for message in client.messages}, {user})

    async def test_runs_of_one_user_keep_their_order(self):
        client = Client()
        with Session("ada", client):
            await Supervisor("ada").run(["a", "b", "c"], [str.upper])
        for run in ("run-0", "run-1", "run-2"):
            types = [m["type"] for m in client.messages if m["run_id"] == run]
            self.assertEqual(types, GOLDEN_PATH)
        numbers = [message["sequence"] for message in client.messages]
        self.assertEqual(numbers, list(range(1, 16)))

    async def test_a_manager_refuses_the_event_of_another_user(self):
        strict = Strict("ada")
        with self.assertRaises(WebSocketManagerError):
            await strict.send_event(Event("agent_started", "bob", "run-1"))
        self.assertEqual(strict.seen, ["agent_started"])

    async def test_a_client_that_is_gone_harms_nobody(self):
        gone, there = Client(limit=2), Client()
        with Session("ada", gone), Session("ada", there):
            self.assertEqual(metrics.listeners(["ada", "bob"]), 2)
            await Supervisor("ada").run(["task"], [str.upper])
            self.assertEqual(await heartbeat.sweep("ada"), 1)
        self.assertEqual(gone.types(), GOLDEN_PATH[:2])
        self.assertEqual(there.types(), GOLDEN_PATH)
        self.assertEqual(metrics.listeners(["ada", "bob"]), 0)
