/** Where something stands: a file as it was named on the command line, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One line of a text and where its first character stands in the file. */
export interface SourceLine {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A text that may be embedded (a fence in Markdown, a block of YAML inside that fence) and still knows where each of
 * its characters stands in the file it came from.
 */
export class SourceText {
  readonly file: string;
  readonly lines: readonly SourceLine[];
  readonly text: string;
  readonly #starts: readonly number[];

  /** `separator` joins the lines: a line feed, or a space where YAML folds them. */
  constructor(file: string, lines: readonly SourceLine[], separator: '\n' | ' ' = '\n') {
    this.file = file;
    this.lines = lines;
    this.text = lines.map((line) => line.text).join(separator);
    const starts: number[] = [];
    let start = 0;
    for (const line of lines) {
      starts.push(start);
      start += line.text.length + 1;
    }
    this.#starts = starts;
  }

  static ofFile(file: string, content: string): SourceText {
    const lines = content.split(/\r?\n/).map((text, index) => ({ text, line: index + 1, column: 1 }));
    return new SourceText(file, lines);
  }

  /** Where the character at this offset stands; an offset beyond the end is the end. */
  placeAt(offset: number): Place {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const line = this.lines[low];
    if (line === undefined) return { file: this.file, line: 1, column: 1 };
    const within = Math.min(Math.max(0, offset - (this.#starts[low] ?? 0)), line.text.length);
    return { file: this.file, line: line.line, column: line.column + within };
  }
}

/** `file:line:column`, as editors understand it. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** Order of the text: by file, line, column. */
export function comparePlaces(left: Place, right: Place): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
