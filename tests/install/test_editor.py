"""repoint lsp, driven by pytest-lsp: the client of pygls, as editors in Python use it."""

import os
import pathlib
import subprocess
import time

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

ROOT = pathlib.Path("app").resolve()
URI = (ROOT / "a.py").as_uri()
TEXT = "from old import X\n" + "x = X\n" * 1000


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[os.environ["REPOINT"], "lsp"]))
async def client(lsp_client: LanguageClient):
    params = types.InitializeParams(
        capabilities=types.ClientCapabilities(),
        workspace_folders=[types.WorkspaceFolder(uri=ROOT.as_uri(), name="app")],
    )
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


def change(client, version, text):
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=URI, version=version),
            content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
        )
    )


@pytest.mark.asyncio
async def test_a_file_is_diagnosed_and_rewritten(client: LanguageClient):
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(
            text_document=types.TextDocumentItem(uri=URI, language_id="python", version=1, text=TEXT)
        )
    )
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    [told] = client.diagnostics[URI]
    assert told.message == "`old.X` is deprecated (use `new.X`)"
    started = time.perf_counter()
    change(client, 2, TEXT + "from old import X as Y\n")
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    took = time.perf_counter() - started
    print(f"diagnostics after {took * 1000:.0f} ms")
    assert took < 0.1
    assert len(client.diagnostics[URI]) == 2
    change(client, 3, TEXT)
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    place = types.Position(line=0, character=0)
    [action] = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=URI),
            range=types.Range(start=place, end=place),
            context=types.CodeActionContext(diagnostics=[told]),
        )
    )
    [document] = action.edit.document_changes
    lines = TEXT.split("\n")
    for edit in sorted(document.edits, key=lambda it: (it.range.start.line, it.range.start.character), reverse=True):
        assert edit.range.start.line == edit.range.end.line
        line = lines[edit.range.start.line]
        lines[edit.range.start.line] = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
    (ROOT / "a.py").write_text(TEXT)
    subprocess.run([os.environ["REPOINT"], "apply", "-q"], cwd=ROOT, check=True)
    assert "\n".join(lines) == (ROOT / "a.py").read_text()
