import type { SourceText } from '../documents/source-text.ts';
import type { FileStoreLimit } from './lint-input.ts';

/** Exponent of a thousand or, with a `b` or an `i` behind it, of 1024. */
const exponents = new Map([
  ['k', 1],
  ['m', 2],
  ['g', 3],
  ['t', 4],
]);

/** Bytes of `80GB`, `10Gi` or `1024`, as the NATS server reads them; undefined for what is no size or no limit. */
export function sizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:b|([kmgt])(b|ib?)?)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const exponent = exponents.get((match[2] ?? '').toLowerCase()) ?? 0;
  return Number(match[1]) * (match[3] === undefined ? 1000 : 1024) ** exponent;
}

/** The limit of the file store in a configuration of the NATS server; undefined where it sets none. */
export function fileStoreOf(source: SourceText): FileStoreLimit | undefined {
  const plain = source.text.replaceAll(/(^|\s)(#|\/\/)[^\n]*/g, (comment) => ' '.repeat(comment.length));
  const match = /\b(max_file_store|max_file)\s*[:=]?\s*"?(\d+[A-Za-z]*)/.exec(plain);
  const bytes = match === null ? undefined : sizeBytes(match[2] ?? '');
  if (match === null || bytes === undefined) return undefined;
  const routes = /\broutes\s*[:=]?\s*\[([^\]]*)\]/.exec(plain)?.[1];
  const servers =
    routes === undefined ? 1 : Math.max(1, [...routes.matchAll(/nats(?:-route)?:\/\//g)].length);
  return { bytes, place: source.placeAt(match.index), servers };
}
