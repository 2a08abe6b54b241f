"""Whatever way a name came, it is the one class."""

import sys

from app import services
from app.agents import registry
from app.api import names, routes
from app.services import health
from app.websocket_core import UnifiedWebSocketManager, WebSocketManager

from .support import Case


class OneClass(Case):
    def test_all_names_are_one_class(self):
        for found in (
            UnifiedWebSocketManager,
            services.WebSocketManager,
            registry.manager_class(),
            names.WebSocketManager,
            health.Manager,
            type(routes.manager("ada")),
        ):
            self.assertIs(found, WebSocketManager)

    def test_it_is_defined_in_its_home(self):
        home = sys.modules[WebSocketManager.__module__]
        self.assertEqual(home.__name__.split(".")[-1], "websocket_manager")
        self.assertIs(home.WebSocketManager, WebSocketManager)
        self.assertIs(home.WebSocketManagerError, registry.error_class())

    def test_the_backend_is_online(self):
        self.assertTrue(health.is_online())
        self.assertTrue(health.can_make("ada"))
        self.assertFalse(health.can_make(""))

    def test_a_restart_forgets_managers(self):
        before = routes.manager("ada")
        health.restart()
        self.assertIsNot(routes.manager("ada"), before)
