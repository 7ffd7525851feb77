"""Sessions of an editor with the language server: `session.py SCENARIO POLICY PROGRAM`."""

import sys

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from client import Editor, edited, run

CATALOG, IDENTITY, GUARDS, ROUTES = (
    "00-catalog.policy",
    "10-identity.policy",
    "20-guards.policy",
    "30-routes.policy",
)


def errors(findings):
    return [found for found in findings if found.severity == lsp.DiagnosticSeverity.Error]


async def typing(editor: Editor, program: str):
    """Findings come while typing, in all files, and go when mended."""
    await editor.start(program)
    editor.open(ROUTES)
    assert errors(await editor.findings(ROUTES)) == []

    editor.replace(ROUTES, "target   gpt-mini", "target   gpt-mni")
    found = errors(await editor.findings(ROUTES))
    assert [(one.code, one.source) for one in found] == [("P201", "pointsman")], found
    assert "gpt-mini" in found[0].message
    line = editor.texts[editor.uri(ROUTES)].split("\n")[found[0].range.start.line]
    assert line[found[0].range.start.character : found[0].range.end.character] == "gpt-mni"

    # A second fault in another rule is told beside the first, though one of them does not parse.
    editor.replace(ROUTES, 'requested != ""', 'requested != ""  é😀 ==')
    assert len(errors(await editor.findings(ROUTES))) >= 2
    editor.replace(ROUTES, ' é😀 ==', "")
    editor.replace(ROUTES, "gpt-mni", "gpt-mini")
    assert errors(await editor.findings(ROUTES)) == []

    # A test that fails is told a moment later, since tests are not run between two keystrokes.
    editor.replace(ROUTES, "expect { route free", "expect { route named")
    await editor.until(ROUTES, lambda found: any("named" in one.message for one in errors(found)))
    editor.replace(ROUTES, "expect { route named", "expect { route free")
    assert errors(await editor.findings(ROUTES)) == []

    # A model that other files use goes: they are told, open or not.
    editor.open(CATALOG)
    editor.replace(CATALOG, "model llama-eu", "model llama-us")
    assert errors(await editor.findings(CATALOG)) != []
    await editor.until(ROUTES, lambda found: any("llama-eu" in one.message for one in errors(found)))
    # Closed without being saved: what is on disk counts again.
    editor.close(CATALOG)
    await editor.until(ROUTES, lambda found: errors(found) == [])
    await editor.until(CATALOG, lambda found: errors(found) == [])
    assert await editor.stop() == 0


async def knowing(editor: Editor, program: str):
    """Hover, definition, references, outline, completion, highlights."""
    result = await editor.start(program)
    assert result.capabilities.position_encoding == "utf-16"
    for file in (CATALOG, IDENTITY, ROUTES):
        editor.open(file)
    client = editor.client
    hover = await client.text_document_hover_async(lsp.HoverParams(**editor.at(ROUTES, "when     ti|er")))
    assert "Verified" in hover.contents.value and '"gold"' in hover.contents.value
    hover = await client.text_document_hover_async(lsp.HoverParams(**editor.at(ROUTES, "fallback llama|-eu on")))
    assert "llama-3.3-70b" in hover.contents.value

    found = await client.text_document_definition_async(
        lsp.DefinitionParams(**editor.at(ROUTES, "fallback llama|-eu on"))
    )
    assert [place.uri for place in found] == [editor.uri(CATALOG)]
    found = await client.text_document_references_async(
        lsp.ReferenceParams(**editor.at(ROUTES, "!hea|vy"), context=lsp.ReferenceContext(True))
    )
    assert len(found) == 2
    marks = await client.text_document_document_highlight_async(
        lsp.DocumentHighlightParams(**editor.at(ROUTES, "!hea|vy"))
    )
    assert len(marks) == 2
    symbols = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(editor.uri(ROUTES)))
    )
    assert {"heavy", "free", "named", "default"} <= {symbol.name for symbol in symbols}

    editor.replace(ROUTES, 'tier == "free"', 'tier == ""')
    offered = await client.text_document_completion_async(
        lsp.CompletionParams(**editor.at(ROUTES, 'tier == "|"'))
    )
    assert [item.label for item in offered] == ["free", "pro", "gold"]
    offered = await client.text_document_completion_async(
        lsp.CompletionParams(**editor.at(ROUTES, "target   |gpt-mini"))
    )
    assert {"gpt-mini", "small", "requested"} <= {item.label for item in offered}
    # What is chosen is inserted.
    editor.replace(ROUTES, 'tier == ""', 'tier == "fr"')
    offered = await client.text_document_completion_async(
        lsp.CompletionParams(**editor.at(ROUTES, 'tier == "fr|"'))
    )
    text = edited(editor.texts[editor.uri(ROUTES)], [offered[0].text_edit])
    assert 'tier == "free"' in text, text
    assert await editor.stop() == 0


async def renaming(editor: Editor, program: str):
    """A model is renamed in all files; an impossible name is refused with a reason."""
    await editor.start(program)
    editor.open(CATALOG)
    editor.open(ROUTES)
    place = editor.at(ROUTES, "fallback llama|-eu on")
    prepared = await editor.client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**place))
    assert prepared.placeholder == "llama-eu"
    edit = await editor.client.text_document_rename_async(lsp.RenameParams(**place, new_name="llama-fr"))
    texts = editor.apply(edit)
    assert set(texts) == {CATALOG, ROUTES}, set(texts)
    assert "llama-eu" not in texts[ROUTES]
    # Clients may go on calling it by the name that it had.
    assert 'serves "llama-eu"' in texts[CATALOG]
    for file, text in texts.items():
        editor.replace(file, editor.texts[editor.uri(file)], text)
        assert errors(await editor.findings(file)) == []
    for name, reason in (("small", "already"), ("", "empty"), ("requested", "would not load")):
        try:
            at = editor.at(ROUTES, "fallback llama|-fr on")
            await editor.client.text_document_rename_async(lsp.RenameParams(**at, new_name=name))
        except JsonRpcException as refused:
            assert reason in str(refused), refused
        else:
            raise AssertionError(f"`{name}` was not refused")
    assert await editor.stop() == 0


async def formatting(editor: Editor, program: str):
    """A file is brought into canonical form; one that does not parse is left alone."""
    await editor.start(program)
    editor.open(ROUTES)
    tidy = editor.texts[editor.uri(ROUTES)]

    async def format():
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        document = lsp.TextDocumentIdentifier(editor.uri(ROUTES))
        params = lsp.DocumentFormattingParams(document, options)
        return await editor.client.text_document_formatting_async(params)

    uri = editor.uri(ROUTES)
    edits = await format()
    tidy = edited(tidy, edits or [])
    editor.replace(ROUTES, editor.texts[uri], tidy)
    assert not await format()
    editor.replace(ROUTES, 'when   requested != ""', '      when requested!=""  # 😀')
    edits = await format()
    assert edits
    text = edited(editor.texts[uri], edits)
    assert '  when   requested != ""' in text and "# 😀" in text, text
    editor.replace(ROUTES, "route default {", "route default")
    assert not await format()
    assert await editor.stop() == 0


async def mending(editor: Editor, program: str):
    """A quick fix for a misspelt word settles its finding."""
    await editor.start(program)
    editor.open(ROUTES)
    editor.replace(ROUTES, 'tier == "free"', 'teir == "free"')
    found = errors(await editor.findings(ROUTES))
    assert found
    params = lsp.CodeActionParams(
        text_document=lsp.TextDocumentIdentifier(editor.uri(ROUTES)),
        range=found[0].range,
        context=lsp.CodeActionContext(found),
    )
    actions = await editor.client.text_document_code_action_async(params)
    assert actions and actions[0].kind == lsp.CodeActionKind.QuickFix
    text = editor.apply(actions[0].edit)[ROUTES]
    editor.replace(ROUTES, editor.texts[editor.uri(ROUTES)], text)
    assert errors(await editor.findings(ROUTES)) == []
    assert await editor.stop() == 0


async def counting(editor: Editor, program: str):
    """Routes and guards tell how many recorded requests reach them."""
    rows = ["tier,asked", "free,", "gold,gpt-mini", "gold,", "pro,"]
    (editor.folder / "traffic.csv").write_text("\n".join(rows) + "\n")
    options = {"traffic": "traffic.csv", "map": ["tier=tier", "requested=asked"]}
    await editor.start(program, options)
    editor.open(ROUTES)
    await editor.findings(ROUTES)
    await editor.refreshed.wait()
    params = lsp.CodeLensParams(lsp.TextDocumentIdentifier(editor.uri(ROUTES)))
    lenses = await editor.client.text_document_code_lens_async(params)
    titles = [lens.command.title for lens in lenses]
    assert titles == [
        "1 recorded request reaches this rule",
        "1 recorded request reaches this rule",
        "2 recorded requests reach this rule",
    ], titles
    assert editor.told == [], editor.told
    assert await editor.stop() == 0


SCENARIOS = [typing, knowing, renaming, formatting, mending, counting]

if __name__ == "__main__":
    name, policy, program = sys.argv[1:]
    run({scenario.__name__: scenario for scenario in SCENARIOS}[name], policy, program)
