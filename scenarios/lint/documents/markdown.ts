import { SourceText, type SourceLine } from './source-text.ts';

/** A fenced block of Markdown, with the headings above it, outermost first. */
export interface FencedBlock {
  readonly language: string;
  readonly text: SourceText;
  readonly headings: readonly string[];
}

export interface MarkdownParts {
  readonly blocks: readonly FencedBlock[];
  /** What stands outside the fences. */
  readonly prose: SourceText;
}

/** Fenced blocks with their true line numbers; a fence that is never closed ends with the file. */
export function readMarkdown(source: SourceText): MarkdownParts {
  const blocks: FencedBlock[] = [];
  const prose: SourceLine[] = [];
  const headings: string[] = [];
  let open: { indent: number; fence: string; language: string; lines: SourceLine[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    blocks.push({
      language: open.language,
      text: new SourceText(source.file, open.lines),
      headings: headings.filter((heading) => heading !== ''),
    });
    open = undefined;
  };
  for (const line of source.lines) {
    if (open !== undefined) {
      const end = /^\s*(`{3,}|~{3,})\s*$/.exec(line.text)?.[1];
      if (end?.startsWith(open.fence) === true) close();
      else open.lines.push(withoutIndent(line, open.indent));
      continue;
    }
    const fence = /^(\s*)(`{3,}|~{3,})\s*([^\s`]*)/.exec(line.text);
    if (fence !== null) {
      const [, indent = '', mark = '', language = ''] = fence;
      open = { indent: indent.length, fence: mark, language: language.toLowerCase(), lines: [] };
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line.text);
    if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      headings.length = Math.min(headings.length, level - 1);
      while (headings.length < level - 1) headings.push('');
      headings.push(heading[2] ?? '');
    }
    prose.push(line);
  }
  close();
  return { blocks, prose: new SourceText(source.file, prose) };
}

function withoutIndent(line: SourceLine, indent: number): SourceLine {
  const spaces = Math.min(indent, /^ */.exec(line.text)?.[0].length ?? 0);
  return { text: line.text.slice(spaces), line: line.line, column: line.column + spaces };
}
