"""Tests that replace parts of the manager by name: a name that is no longer looked up there would
make them fail."""

from unittest import mock
from unittest.mock import AsyncMock, patch

from app.agents.supervisor import Supervisor
from app.services import execution, notifications
from app.services.sessions import Session
from app.websocket_core import websocket_manager_factory as factory
from app.websocket_core.unified_manager import UnifiedWebSocketManager

from .support import Case, Client


class Patches(Case):
    @patch("app.websocket_core.manager.WebSocketManager.send_event", new_callable=AsyncMock)
    async def test_a_method(self, send_event):
        await execution.execute("ada", Client(), "run-1", "hello")
        self.assertEqual(send_event.await_count, 3)

    async def test_a_function_that_is_imported_late(self):
        manager = mock.Mock(send_event=AsyncMock())
        with mock.patch("app.websocket_core.manager.get_websocket_manager") as get:
            get.return_value = manager
            await notifications.notifier("ada")("agent_thinking")
        get.assert_called_once_with("ada")
        manager.send_event.assert_awaited_once()

    async def test_a_name_of_the_package(self):
        manager = mock.Mock(send_event=AsyncMock())
        with patch("app.websocket_core.create_websocket_manager", return_value=manager) as make:
            await notifications.notifier_of_run("ada", "run-1")("agent_thinking")
        make.assert_called_once_with("ada")

    def test_a_name_of_a_module_alias(self):
        with patch(
            target="app.websocket_core.unified_manager.get_websocket_manager",
        ) as get, Session("ada", Client()):
            get.assert_called_once_with("ada")

    def test_a_function_of_the_factory(self):
        fake = UnifiedWebSocketManager("bob")
        with patch(
            "app.websocket_core.websocket_manager_factory.create_websocket_manager",
            return_value=fake,
        ):
            self.assertIs(Supervisor("ada").manager, fake)

    def test_an_attribute_of_the_factory(self):
        fake = UnifiedWebSocketManager("bob")
        with patch.object(factory, "create_websocket_manager", return_value=fake):
            self.assertIs(Supervisor("ada").manager, fake)

    async def test_the_name_where_it_is_used(self):
        # Of the service, not of the manager: it stays.
        fake = UnifiedWebSocketManager("ada")
        client = Client()
        with patch("app.services.execution.create_websocket_manager", return_value=fake) as make:
            await execution.execute("ada", client, "run-1", "hello")
        make.assert_called_once_with("ada")
        self.assertEqual(client.messages, [])
