import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Alias,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import { DocumentProblem } from './document-problem.ts';
import type { ManifestNode, MapEntry, ScalarNode, ScalarValue } from './manifest-node.ts';
import { SourceText, type SourceLine } from './source-text.ts';

/** What aliases may expand to: more is a bomb, not a manifest. */
const largestExpansion = 200_000;
const deepestNesting = 100;

interface Converted {
  readonly node: ManifestNode;
  /** Number of values with every alias expanded. */
  readonly size: number;
}

/**
 * Every document of a YAML or JSON text, empty ones left out. Throws a `DocumentProblem` with its place for what YAML
 * forbids (tabs, duplicate keys, unresolved aliases) and for aliases that expand without measure.
 */
export function readYaml(source: SourceText): readonly ManifestNode[] {
  const documents = parse(source);
  const nodes: ManifestNode[] = [];
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined) {
      throw new DocumentProblem(source.placeAt(error.pos[0]), explain(error.message, source.text));
    }
    if (document.contents !== null) nodes.push(new Converter(source, document).convert(document.contents));
  }
  return nodes.filter((node) => node.kind !== 'scalar' || node.value !== null);
}

function parse(source: SourceText): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(source.text, { prettyErrors: false, uniqueKeys: true });
    return 'empty' in documents ? [] : documents;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DocumentProblem(source.placeAt(0), 'nested too deeply to be read');
  }
}

function explain(message: string, text: string): string {
  const first = message.split('\n')[0] ?? message;
  if (first.startsWith('Maximum call stack')) return 'nested too deeply to be read';
  const template = /\{\{-?\s*(\.|include|if|range|with|end)/.test(text);
  return template ? `${first} (a Helm template? render it first: helm template)` : first;
}

class Converter {
  readonly #source: SourceText;
  readonly #document: Document.Parsed;
  readonly #known = new Map<Node, Converted>();

  constructor(source: SourceText, document: Document.Parsed) {
    this.#source = source;
    this.#document = document;
  }

  convert(node: Node): ManifestNode {
    return this.#convert(node, 0).node;
  }

  #convert(node: Node, depth: number): Converted {
    const place = this.#source.placeAt(node.range?.[0] ?? 0);
    if (depth > deepestNesting) {
      throw new DocumentProblem(place, `nested more than ${deepestNesting} levels deep`);
    }
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const converted = this.#build(node, depth);
    if (converted.size > largestExpansion) {
      throw new DocumentProblem(place, `more than ${largestExpansion} values with every alias expanded`);
    }
    this.#known.set(node, converted);
    return converted;
  }

  #build(node: Node, depth: number): Converted {
    const place = this.#source.placeAt(node.range?.[0] ?? 0);
    if (isAlias(node)) return this.#convert(this.#resolve(node), depth + 1);
    if (isSeq<Node>(node)) {
      const items = node.items.map((item) => this.#convert(item, depth + 1));
      return {
        node: { kind: 'list', place, items: items.map((item) => item.node) },
        size: items.reduce((sum, item) => sum + item.size, 1),
      };
    }
    if (isMap<Node, Node | null>(node)) {
      const entries: MapEntry[] = [];
      let size = 1;
      for (const { key, value } of node.items) {
        const keyPlace = this.#source.placeAt(key.range?.[0] ?? 0);
        const converted =
          value === null
            ? { node: scalar(keyPlace, null, this.#at(key, '')), size: 1 }
            : this.#convert(value, depth + 1);
        size += converted.size;
        if (isMap(key) || isSeq(key)) {
          const message = explain('a key that is itself a map or a list', this.#source.text);
          throw new DocumentProblem(keyPlace, message);
        }
        const name = isScalar(key) ? String(key.value) : key.toString();
        // A merge key stands for the entries of the map it names; those written here go before them.
        if (name === '<<' && converted.node.kind === 'map') entries.push(...converted.node.entries);
        else entries.unshift({ key: name, keyPlace, value: converted.node });
      }
      const ordered = entries.toSorted((left, right) => order(left) - order(right));
      return { node: { kind: 'map', place, entries: ordered }, size };
    }
    if (isScalar(node)) {
      const value = scalarValue(node.value);
      return { node: scalar(place, value, this.#body(node, String(value ?? ''))), size: 1 };
    }
    throw new DocumentProblem(place, 'a value that is neither scalar, list nor map');
  }

  #resolve(alias: Alias): Node {
    const target = alias.resolve(this.#document);
    if (target === undefined) {
      const place = this.#source.placeAt(alias.range?.[0] ?? 0);
      throw new DocumentProblem(place, `no anchor ${alias.source}`);
    }
    return target;
  }

  /** The text of a scalar with the place of each line: exact for block scalars and those on one line. */
  #body(node: Scalar, value: string): SourceText {
    const [start = 0, end = 0] = node.range ?? [];
    const folded = node.type === 'BLOCK_FOLDED';
    if (folded || node.type === 'BLOCK_LITERAL') return this.#block(start, end, folded);
    const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
    return this.#at(node, value, quoted ? 1 : 0);
  }

  #at(node: Node, value: string, skip = 0): SourceText {
    const { file, line, column } = this.#source.placeAt((node.range?.[0] ?? 0) + skip);
    return new SourceText(
      file,
      value.split('\n').map((text) => ({ text, line, column })),
    );
  }

  #block(start: number, end: number, folded: boolean): SourceText {
    const raw = this.#source.text.slice(start, end).split('\n').slice(1);
    const indent = /^ */.exec(raw.find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0;
    let offset = start + this.#source.text.slice(start, end).indexOf('\n') + 1;
    const lines: SourceLine[] = [];
    for (const text of raw) {
      const { line, column } = this.#source.placeAt(offset + Math.min(indent, text.length));
      lines.push({ text: text.slice(indent), line, column });
      offset += text.length + 1;
    }
    if (lines.at(-1)?.text === '') lines.pop();
    return new SourceText(this.#source.file, lines, folded ? ' ' : '\n');
  }
}

function scalar(place: ScalarNode['place'], value: ScalarValue, body: SourceText): ScalarNode {
  return { kind: 'scalar', place, value, body };
}

function scalarValue(value: unknown): ScalarValue {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  return value === null || value === undefined ? null : String(value);
}

function order(entry: MapEntry): number {
  return entry.keyPlace.line * 100_000 + entry.keyPlace.column;
}
