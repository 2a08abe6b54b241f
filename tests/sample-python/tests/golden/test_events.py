"""Five events, one structure."""

from app.agents.researcher import Researcher
from app.services import audit, broadcast, execution, notifications
from app.websocket_core import (
    UnifiedWebSocketManager as Manager,
    events,  # stays where it is
    get_websocket_manager,
)

from .support import GOLDEN_PATH, Case, Client


def shout(task):
    """A tool."""
    return task.upper()


class Events(Case):
    async def test_a_run_sends_the_five_events_in_order(self):
        client = Client()
        results = await execution.execute("ada", client, "run-1", "hello", [shout])
        self.assertEqual(results, ["HELLO"])
        self.assertEqual(client.types(), GOLDEN_PATH)

    async def test_a_run_without_tools_uses_none(self):
        client = Client()
        await execution.execute("ada", client, "run-1", "hello")
        self.assertEqual(client.types(), ["agent_started", "agent_thinking", "agent_completed"])

    async def test_all_events_have_one_structure(self):
        client = Client()
        await execution.execute("ada", client, "run-1", "hello", [shout, shout])
        self.assertEqual(len(client.messages), 7)
        for number, message in enumerate(client.messages, start=1):
            self.assertEqual(
                list(message), ["type", "user_id", "run_id", "sequence", "data"], message
            )
            self.assertIn(message["type"], events.EVENT_TYPES)
            self.assertEqual((message["user_id"], message["run_id"]), ("ada", "run-1"))
            self.assertEqual(message["sequence"], number)
            self.assertIsInstance(message["data"], dict)

    async def test_the_events_say_what_was_done(self):
        client = Client()
        await execution.execute("ada", client, "run-1", "hello", [shout])
        data = {message["type"]: message["data"] for message in client.messages}
        self.assertEqual(data["agent_started"], {"agent": "agent", "task": "hello"})
        self.assertEqual(data["tool_completed"], {"tool": "shout", "result": "HELLO"})
        self.assertEqual(data["agent_completed"], {"agent": "agent", "results": ["HELLO"]})

    async def test_an_event_of_no_known_kind_is_refused(self):
        with self.assertRaises(ValueError):
            await notifications.notifier("ada")("agent_slept")

    async def test_events_that_come_from_no_agent_have_the_structure_too(self):
        client = Client()
        get_websocket_manager("ada").connect(client)
        await notifications.notifier("ada")("agent_thinking", about="nothing")
        await notifications.notifier_of_run("ada", "run-2")("agent_thinking")
        await broadcast.broadcast(["ada", "bob"], "run-3", "agent_completed")
        runs = [message["run_id"] for message in client.messages]
        self.assertEqual(runs, ["notification", "run-2", "run-3"])
        self.assertEqual(broadcast.describe(), "sent by WebSocketManager")

    async def test_nothing_is_missing_from_a_run(self):
        recorder = audit.record("ada")
        self.assertEqual(recorder.missing(), GOLDEN_PATH)
        researcher = Researcher("ada", "run-1")
        self.assertIsInstance(researcher.manager(), Manager)
        self.assertEqual(researcher.listeners(), 1)
        self.assertEqual(await researcher.run("truth"), ["found: truth"])
        self.assertEqual(recorder.missing(), [])
