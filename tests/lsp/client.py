"""An editor for tests: pygls' language client, with what a person at it sees and does."""

import asyncio
import pathlib
import shutil
import sys
import tempfile

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

# How long anything may take. Generous: the machine may be busy, and the program unoptimised.
PATIENCE = 60


class Editor:
    """A language client with files open, and what the server has shown of them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.client = LanguageClient("tests", "1")
        self.shown: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.changed = asyncio.Condition()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.refreshed = asyncio.Event()
        self.told: list[str] = []
        self._listen()

    def _listen(self):
        """Heeds what the server says of itself."""

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def publish(params: lsp.PublishDiagnosticsParams):
            async with self.changed:
                self.shown[params.uri] = params
                self.changed.notify_all()

        @self.client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
        def refresh(*_):
            self.refreshed.set()

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def message(params: lsp.ShowMessageParams):
            self.told.append(params.message)

        @self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(params: lsp.RegistrationParams):
            return None

    async def start(self, program: str, options=None, encodings=("utf-16",)):
        await self.client.start_io(program, "lsp")
        result = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    general=lsp.GeneralClientCapabilities(position_encodings=list(encodings)),
                    workspace=lsp.WorkspaceClientCapabilities(
                        workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
                        code_lens=lsp.CodeLensWorkspaceClientCapabilities(refresh_support=True),
                        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(
                            dynamic_registration=True
                        ),
                    ),
                ),
                root_uri=self.folder.as_uri(),
                initialization_options=options,
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return result

    async def stop(self) -> int:
        """Says goodbye; the server's exit code."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        server = self.client._server
        return await asyncio.wait_for(server.wait(), PATIENCE)

    # What a person does

    def uri(self, file: str) -> str:
        return (self.folder / file).as_uri()

    def open(self, file: str, text: str | None = None):
        uri = self.uri(file)
        self.texts[uri] = text if text is not None else (self.folder / file).read_text()
        self.versions[uri] = 1
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "policy", 1, self.texts[uri]))
        )

    def replace(self, file: str, old: str, new: str):
        """Types `new` over the first `old`, as an incremental change."""
        uri = self.uri(file)
        text = self.texts[uri]
        at = text.index(old)
        self.texts[uri] = text[:at] + new + text[at + len(old) :]
        self.versions[uri] += 1
        change = lsp.TextDocumentContentChangePartial(
            range=lsp.Range(place(text, at), place(text, at + len(old))), text=new
        )
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]), [change]
            )
        )

    def close(self, file: str):
        self.client.text_document_did_close(
            lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(self.uri(file)))
        )

    def at(self, file: str, words: str) -> dict:
        """The place in a file where `|` stands in `words`."""
        uri = self.uri(file)
        before, behind = words.split("|")
        offset = self.texts[uri].index(before + behind) + len(before)
        return {
            "text_document": lsp.TextDocumentIdentifier(uri),
            "position": place(self.texts[uri], offset),
        }

    # What a person sees

    async def findings(self, file: str) -> list[lsp.Diagnostic]:
        """The findings of the file's latest version."""
        uri = self.uri(file)

        def is_there() -> bool:
            shown = self.shown.get(uri)
            return shown is not None and shown.version in (None, self.versions.get(uri))

        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(is_there), PATIENCE)
            return list(self.shown[uri].diagnostics)

    async def until(self, file: str, is_it):
        """Waits for findings of a file that are as expected; for files that do not change themselves."""
        uri = self.uri(file)
        async with self.changed:
            await asyncio.wait_for(
                self.changed.wait_for(lambda: uri in self.shown and is_it(self.shown[uri].diagnostics)),
                PATIENCE,
            )

    def apply(self, edit: lsp.WorkspaceEdit) -> dict[str, str]:
        """The texts of the files that an edit changes, afterwards, by file name."""
        result = {}
        for change in edit.document_changes:
            uri = change.text_document.uri
            text = self.texts.get(uri)
            if text is None:
                text = pathlib.Path(uri.removeprefix("file://")).read_text()
            result[uri.rsplit("/", 1)[1]] = edited(text, change.edits)
        return result


def place(text: str, offset: int) -> lsp.Position:
    """Line and UTF-16 column of an offset."""
    before = text[:offset]
    line = before.rsplit("\n", 1)[-1]
    return lsp.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    """A text with edits, which do not overlap."""

    def offset(at: lsp.Position) -> int:
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: at.line])
        line = lines[at.line] if at.line < len(lines) else ""
        return start + len(line.encode("utf-16-le")[: at.character * 2].decode("utf-16-le"))

    spans = [(offset(edit.range.start), offset(edit.range.end), edit.new_text) for edit in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def run(scenario, policy: str, program: str):
    """Runs a scenario over a copy of a policy; what it asserts is the test."""

    async def main():
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder).resolve() / "policy"
            shutil.copytree(policy, copy)
            await asyncio.wait_for(scenario(Editor(copy), program), 2 * PATIENCE)

    asyncio.run(main())
    sys.stdout.write("done\n")
