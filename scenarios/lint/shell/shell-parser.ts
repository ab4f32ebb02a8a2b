import { SourceText } from '../documents/source-text.ts';
import type { ShellAssignment, ShellCommand, ShellPipeline, ShellScript, ShellWord } from './script.ts';

const keywords = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'do',
  'done',
  'while',
  'until',
  '{',
  '}',
  '!',
  'esac',
]);

const deepestNesting = 100;

/**
 * Reads a script of the Bourne family far enough to know its commands, pipes, assignments and where each word stands.
 * Never fails: what is not closed ends with the text.
 *
 * Not modelled: functions as such (their bodies are read in place), `case` patterns, arithmetic, here-documents' text.
 */
export function parseShell(source: SourceText, name?: string): ShellScript {
  const pipelines: ShellPipeline[] = [];
  new ShellParser(source, pipelines).parse();
  const comment = source.lines
    .slice(0, 4)
    .map((line) => /^#\s*([\w./-]+\.sh)\s*$/.exec(line.text)?.[1])
    .find((found) => found !== undefined);
  return { place: source.placeAt(0), text: source.text, name: name ?? comment, pipelines };
}

class ShellParser {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #pipelines: ShellPipeline[];
  #at = 0;
  #depth = 0;
  readonly #hereDocuments: string[] = [];

  constructor(source: SourceText, pipelines: ShellPipeline[]) {
    this.#source = source;
    this.#text = source.text;
    this.#pipelines = pipelines;
  }

  parse(): void {
    while (this.#at < this.#text.length) {
      this.#list(undefined);
      // A closing parenthesis that nothing opened belongs to a `case` pattern.
      if (this.#text[this.#at] === ')') this.#at++;
    }
  }

  /** Reads pipelines up to a closing parenthesis or the end. */
  #list(assignedTo: string | undefined): void {
    let joinedBy: '&&' | '||' | undefined;
    // What is nested deeper than this is no script: the rest is left unread.
    if (this.#depth > deepestNesting) this.#at = this.#text.length;
    this.#depth++;
    for (;;) {
      this.#blank(true);
      const start = this.#at;
      if (start >= this.#text.length || this.#text[start] === ')') {
        this.#depth--;
        return;
      }
      const commands = this.#commands();
      let background = false;
      let next: '&&' | '||' | undefined;
      this.#blank(false);
      if (this.#takes('&&')) next = '&&';
      else if (this.#takes('||')) next = '||';
      else if (this.#takes('&')) background = true;
      else this.#separator();
      if (commands.length > 0) {
        const place = commands[0]?.place ?? this.#source.placeAt(start);
        this.#pipelines.push({ place, commands, joinedBy, background, assignedTo });
      }
      joinedBy = next;
    }
  }

  #commands(): ShellCommand[] {
    const commands: ShellCommand[] = [];
    for (;;) {
      const command = this.#command();
      if (command !== undefined) commands.push(command);
      this.#blank(false);
      if (this.#text.startsWith('||', this.#at) || !this.#takes('|')) return commands;
      this.#takes('&');
      this.#blank(true);
    }
  }

  #command(): ShellCommand | undefined {
    const assignments: ShellAssignment[] = [];
    const words: ShellWord[] = [];
    for (;;) {
      this.#blank(false);
      const character = this.#text[this.#at];
      if (character === undefined || '\n;|)'.includes(character)) break;
      if (character === '&' && this.#text[this.#at + 1] !== '>') break;
      if (character === '(') {
        this.#parenthesis();
        continue;
      }
      if (this.#redirection()) continue;
      const place = this.#source.placeAt(this.#at);
      const start = this.#at;
      const name = /^([A-Za-z_]\w*)\+?=/.exec(this.#text.slice(start, start + 200))?.[1];
      const isAssignment =
        name !== undefined && words.every((word) => /^(export|local|readonly|declare|-\w+)$/.test(word.text));
      const text = this.#word(isAssignment ? name : undefined);
      if (this.#at === start) {
        this.#at++;
        continue;
      }
      if (isAssignment) {
        const length = text.indexOf('=') + 1;
        const valuePlace = this.#source.placeAt(start + length);
        assignments.push({ name, value: { text: text.slice(length), place: valuePlace } });
      } else if (words.length > 0 || !keywords.has(text)) words.push({ text, place });
    }
    const place = words[0]?.place ?? assignments[0]?.value.place;
    return place === undefined ? undefined : { place, assignments, words };
  }

  /** A subshell, `(( … ))`, or the parentheses of a function's name. */
  #parenthesis(): void {
    if (this.#text.startsWith('((', this.#at)) {
      const end = this.#text.indexOf('))', this.#at);
      const inside = this.#text.slice(this.#at, end < 0 ? undefined : end);
      const substitution = inside.indexOf('$(');
      if (substitution >= 0) {
        this.#at += substitution;
        this.#substitution(undefined);
      }
      const close = this.#text.indexOf('))', this.#at);
      this.#at = close < 0 ? this.#text.length : close + 2;
      return;
    }
    this.#at++;
    this.#list(undefined);
    this.#takes(')');
  }

  #redirection(): boolean {
    const match = /^(\d*|&)(<<-?|>>|>\||[<>])(&\d|&-)?/.exec(this.#text.slice(this.#at, this.#at + 12));
    if (match === null) return false;
    const operator = match[2] ?? '';
    this.#at += match[0].length;
    if (match[3] !== undefined) return true;
    this.#blank(false);
    if (this.#text[this.#at] === '(') {
      this.#parenthesis();
      return true;
    }
    const target = this.#word(undefined);
    if (operator.startsWith('<<')) this.#hereDocuments.push(target);
    return true;
  }

  /** Reads one word; its substitutions are parsed as pipelines of their own. */
  #word(assignedTo: string | undefined): string {
    let text = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || ' \t\n;|&()<>'.includes(character)) return text;
      if (character === "'") text += this.#single();
      else if (character === '"') text += this.#double(assignedTo);
      else if (this.#text.startsWith('$(', this.#at)) text += this.#substitution(assignedTo);
      else if (this.#text.startsWith('${', this.#at)) text += this.#braces();
      else if (character === '`') text += this.#backticks(assignedTo);
      else if (character === '\\') {
        const escaped = this.#text[this.#at + 1] ?? '';
        this.#at += 2;
        if (escaped !== '\n') text += escaped;
      } else {
        text += character;
        this.#at++;
      }
    }
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    const stop = end < 0 ? this.#text.length : end;
    const inside = this.#text.slice(this.#at + 1, stop);
    this.#at = stop + 1;
    return inside;
  }

  #double(assignedTo: string | undefined): string {
    let text = '';
    this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) return text;
      if (character === '"') {
        this.#at++;
        return text;
      }
      if (this.#text.startsWith('$(', this.#at)) text += this.#substitution(assignedTo);
      else if (character === '`') text += this.#backticks(assignedTo);
      else if (character === '\\') {
        text += this.#text[this.#at + 1] ?? '';
        this.#at += 2;
      } else {
        text += character;
        this.#at++;
      }
    }
  }

  #substitution(assignedTo: string | undefined): string {
    const start = this.#at;
    if (this.#text.startsWith('$((', start)) {
      const end = this.#text.indexOf('))', start);
      this.#at = end < 0 ? this.#text.length : end + 2;
      return this.#text.slice(start, this.#at);
    }
    this.#at += 2;
    this.#list(assignedTo);
    this.#takes(')');
    return this.#text.slice(start, this.#at);
  }

  #backticks(assignedTo: string | undefined): string {
    const start = this.#at;
    const end = this.#text.indexOf('`', start + 1);
    const stop = end < 0 ? this.#text.length : end;
    const before = this.#text.slice(start + 1, stop);
    const { line, column, file } = this.#source.placeAt(start + 1);
    this.#at = stop + 1;
    const inner = before.split('\n').map((text, index) => ({ text, line: line + index, column }));
    const nested: ShellPipeline[] = [];
    new ShellParser(new SourceText(file, inner), nested).parse();
    this.#pipelines.push(...nested.map((pipeline) => ({ ...pipeline, assignedTo })));
    return this.#text.slice(start, this.#at);
  }

  #braces(): string {
    const start = this.#at;
    const end = this.#text.indexOf('}', start);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return this.#text.slice(start, this.#at);
  }

  /** Skips spaces, continued lines and comments; line ends and `;` too where asked. */
  #blank(lineEnds: boolean): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === ' ' || character === '\t') this.#at++;
      else if (character === '\\' && this.#text[this.#at + 1] === '\n') this.#at += 2;
      else if (character === '#' && /\s|^$/.test(this.#text[this.#at - 1] ?? '')) {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (lineEnds && (character === '\n' || character === ';')) this.#separator();
      else return;
    }
  }

  #separator(): void {
    if (this.#takes('\n')) {
      for (const end of this.#hereDocuments.splice(0)) this.#skipHereDocument(end);
    } else if (this.#text[this.#at] === ';') this.#at++;
  }

  #skipHereDocument(end: string): void {
    while (this.#at < this.#text.length) {
      const found = this.#text.indexOf('\n', this.#at);
      const stop = found < 0 ? this.#text.length : found;
      const line = this.#text.slice(this.#at, stop);
      this.#at = Math.min(stop + 1, this.#text.length);
      if (line.trim() === end) return;
    }
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }
}
