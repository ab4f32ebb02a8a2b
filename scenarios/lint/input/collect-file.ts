import { decodeFile } from '../documents/decode.ts';
import { DocumentProblem } from '../documents/document-problem.ts';
import { entriesAt, type ManifestNode } from '../documents/manifest-node.ts';
import { readMarkdown, type FencedBlock } from '../documents/markdown.ts';
import { formatPlace, SourceText } from '../documents/source-text.ts';
import { readYaml } from '../documents/yaml-reader.ts';
import { parseShell } from '../shell/shell-parser.ts';
import type { ShellScript } from '../shell/script.ts';
import type { Collected } from './collected.ts';
import { checkKind } from './kinds.ts';
import { resourceOf } from './resource.ts';

export interface InputFile {
  /** As it was named on the command line. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Language = 'yaml' | 'shell' | 'sql' | 'lua' | 'conf' | 'promql' | 'code' | 'markdown';

const names: readonly (readonly [Language, string])[] = [
  ['markdown', 'md markdown'],
  ['yaml', 'yaml yml json'],
  ['shell', 'sh bash zsh shell'],
  ['sql', 'sql'],
  ['lua', 'lua'],
  ['conf', 'conf nginx'],
  ['promql', 'promql'],
  ['code', 'rs rust go golang py python ts js typescript javascript java kt cs'],
];

/** Languages by the extension of a file or the word behind a fence. */
const languages = new Map(
  names.flatMap(([language, words]) => words.split(' ').map((word) => [word, language] as const)),
);

const extensions = '.md, .yaml, .yml, .json, .sh, .sql, .lua, .conf, .promql, or the text of a program';

/** Takes one file apart by its extension. Throws a `DocumentProblem` for what cannot be read. */
export function collectFile(file: InputFile, into: Collected): void {
  const extension = /\.([A-Za-z]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const language = languages.get(extension);
  if (language === undefined) {
    const start = { file: file.name, line: 1, column: 1 };
    throw new DocumentProblem(start, `cannot tell what this file is; expected ${extensions}`);
  }
  const source = SourceText.ofFile(file.name, decodeFile(file.name, file.bytes));
  if (language === 'markdown') collectMarkdown(source, into);
  else collectText(source, language, file.name, into);
}

function collectText(
  source: SourceText,
  language: Exclude<Language, 'markdown'>,
  name: string,
  into: Collected,
): void {
  switch (language) {
    case 'yaml':
      collectYaml(source, into);
      return;
    case 'shell':
      into.sequences.push({ title: name, byHand: false, scripts: [parseShell(source, name)] });
      return;
    case 'sql':
      into.sql.push(source);
      return;
    case 'lua':
      into.lua.push(source);
      return;
    case 'conf':
      into.conf.push(source);
      return;
    case 'promql':
      into.promql.push(source);
      return;
    case 'code':
      into.code.push(source);
  }
}

function collectYaml(source: SourceText, into: Collected): void {
  for (const root of readYaml(source)) {
    for (const item of listItems(root)) {
      checkResource(item, into);
      into.trees.push(item);
      collectConfigMap(item, into);
    }
  }
}

/** Objects of a `List`, or the document itself. */
function listItems(root: ManifestNode): readonly ManifestNode[] {
  const resource = resourceOf(root);
  if (resource?.kind !== 'List') return [root];
  const items = entriesAt(root).find((entry) => entry.key === 'items')?.value;
  return items?.kind === 'list' ? items.items : [root];
}

function checkResource(root: ManifestNode, into: Collected): void {
  const resource = resourceOf(root);
  if (resource === undefined) return;
  const check = checkKind(resource.apiVersion, resource.kind);
  switch (check.verdict) {
    case 'known':
      return;
    case 'foreign':
      into.notes.push(
        `${formatPlace(root.place)}: the rules know little of ${resource.kind} (${resource.apiVersion})`,
      );
      return;
    case 'unknown': {
      const meant = check.nearest === undefined ? '' : `; did you mean ${check.nearest}?`;
      const place = entriesAt(root).find((entry) => entry.key === 'kind')?.value.place ?? root.place;
      throw new DocumentProblem(place, `${resource.apiVersion} has no kind ${resource.kind}${meant}`);
    }
  }
}

/** Files that a ConfigMap holds are read as what their names say. */
function collectConfigMap(root: ManifestNode, into: Collected): void {
  if (resourceOf(root)?.kind !== 'ConfigMap') return;
  for (const { key, value } of entriesAt(root, 'data')) {
    const language = languages.get(/\.([A-Za-z]+)$/.exec(key)?.[1]?.toLowerCase() ?? '');
    if (value.kind !== 'scalar' || language === undefined || language === 'markdown') continue;
    try {
      collectText(value.body, language, key, into);
    } catch (error) {
      // A template that is filled in later need not be YAML yet.
      if (!(error instanceof DocumentProblem)) throw error;
      into.notes.push(`${error.message} (inside a ConfigMap: not judged)`);
    }
  }
}

const gitOpsWords = /\b(flux|fluxcd|argo ?cd)\b/i;

function collectMarkdown(source: SourceText, into: Collected): void {
  const { blocks, prose } = readMarkdown(source);
  const mention = gitOpsWords.exec(prose.text);
  if (mention !== null) into.gitOps.push(prose.placeAt(mention.index));
  const sequences = new Map<string, { title: string; byHand: boolean; scripts: ShellScript[] }>();
  for (const block of blocks) {
    const language = languages.get(block.language);
    if (language === undefined || language === 'markdown') continue;
    if (language === 'shell') {
      const title = block.headings.join(' › ');
      const sequence = sequences.get(title) ?? { title, byHand: /\bmanual\b/i.test(title), scripts: [] };
      sequence.scripts.push(parseShell(block.text));
      sequences.set(title, sequence);
    } else if (language === 'yaml') collectYamlBlock(block, into);
    else collectText(block.text, language, block.headings.at(-1) ?? '', into);
  }
  into.sequences.push(...sequences.values());
}

/** A fence that is no manifest may be a sketch that only looks like YAML. */
function collectYamlBlock(block: FencedBlock, into: Collected): void {
  try {
    collectYaml(block.text, into);
  } catch (error) {
    const { text } = block.text;
    const isManifest = /^apiVersion:/m.test(text) && /^kind:/m.test(text);
    const hasGaps = /^\s*(\.\.\.|…)\s*$/m.test(text);
    if (!(error instanceof DocumentProblem) || (isManifest && !hasGaps)) throw error;
    into.notes.push(`${error.message} (${isManifest ? 'a sketch' : 'no manifest'}: not judged)`);
  }
}
