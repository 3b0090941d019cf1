// The editor component that shows text and JSON. It is loaded only with a body.

import { json } from "@codemirror/lang-json";
import { foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { boot } from "../../../lib/boot";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--note)" },
  { tag: tags.string, color: "var(--ok)" },
  { tag: tags.number, color: "var(--wait)" },
  { tag: [tags.bool, tags.null], color: "var(--bad)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", color: "var(--text)", backgroundColor: "var(--sunken)" },
  "&.cm-focused": { outline: "2px solid var(--beam)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.62", fontVariantLigatures: "none" },
  ".cm-content": { padding: "4px 0", caretColor: "transparent" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--text-3)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "40px", paddingRight: "4px" },
  ".cm-foldGutter .cm-gutterElement": { width: "14px", cursor: "pointer" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--hover)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    color: "var(--text-2)",
    padding: "0 4px",
  },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--selected)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--wait-soft)", outline: "1px solid var(--wait)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--beam-soft)", outline: "1px solid var(--beam)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)", fontFamily: "var(--font)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "6px 28px 6px 12px", fontSize: "12px" },
  ".cm-panel.cm-search label": { color: "var(--text-2)", fontSize: "12px" },
  ".cm-textfield": {
    backgroundColor: "var(--bg)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    padding: "3px 6px",
    color: "var(--text)",
    fontSize: "12px",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--hover)",
    border: "none",
    borderRadius: "6px",
    padding: "3px 8px",
    color: "var(--text)",
    fontSize: "12px",
  },
  // Nothing is selected in what can only be read, and three choices are enough.
  ".cm-panel.cm-search [name=select], .cm-panel.cm-search label:has([name=word])": { display: "none" },
  ".cm-panel.cm-search input[type=checkbox]": { verticalAlign: "-2px", marginRight: "4px" },
  ".cm-panel.cm-search [name=close]": { color: "var(--text-2)", fontSize: "18px", right: "8px", top: "4px" },
});

const tabular = EditorView.theme({ "&": { fontSize: "12px" }, ".cm-line": { padding: "0 16px" } });

const scrolling = /^(Arrow|Page|Home|End)/;

interface CodeViewProps {
  text: string;
  /** What it is, for those who hear the page. */
  label: string;
  json?: boolean;
  /** It is set out in columns: nothing wraps, and its lines carry their own numbers. */
  columns?: boolean;
  /** Given a function that opens the search panel. */
  onReady: (find: () => void) => void;
}

/** Text with folding, search and selection. It can have megabytes, because only the visible lines are rendered. */
export function CodeView({ text, label, json: asJson = false, columns = false, onReady }: CodeViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(
    function showInEditor() {
      if (!frame.current) return;
      const shape = columns ? tabular : [lineNumbers(), EditorView.lineWrapping];
      const extensions = [shape, reading(label), asJson ? [json(), foldGutter()] : []];
      const view = new EditorView({ parent: frame.current, state: EditorState.create({ doc: text, extensions }) });
      onReady(() => {
        view.focus();
        openSearchPanel(view);
      });
      return () => view.destroy();
    },
    [text, label, asJson, columns, onReady],
  );
  return <div ref={frame} className="min-h-0 flex-1 overflow-hidden" />;
}

/** What reading needs, and nothing that could change the text. */
function reading(label: string): Extension[] {
  return [
    EditorView.cspNonce.of(boot.nonce),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label, "aria-readonly": "true" }),
    drawSelection(),
    search({ top: true }),
    EditorState.phrases.of({
      Find: "Find in the body",
      next: "Next",
      previous: "Previous",
      "match case": "Match case",
      regexp: "Regexp",
      close: "Close",
    }),
    highlightSelectionMatches(),
    syntaxHighlighting(colours),
    EditorView.domEventHandlers({
      // In the text these keys scroll; elsewhere they move through the list.
      keydown: (event) => {
        if (scrolling.test(event.key)) event.stopPropagation();
      },
    }),
    keymap.of([...searchKeymap, ...foldKeymap]),
    look,
  ];
}
