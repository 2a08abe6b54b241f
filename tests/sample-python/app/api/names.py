"""The names that plug-ins import."""

from app.websocket_core.manager import *  # noqa: F403
