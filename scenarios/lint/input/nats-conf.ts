import type { SourceText } from '../documents/source-text.ts';
import type { FileStoreLimit } from './lint-input.ts';

const factors: Readonly<Record<string, number>> = {
  ...{ '': 1, b: 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 },
  ...{ kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 },
  ...{ ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3, ti: 1024 ** 4 },
  ...{ kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 },
};

/** Bytes of `80GB`, `10Gi` or `1024`, as the NATS server reads them; undefined for what is no size or no limit. */
export function sizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const factor = factors[(match?.[2] ?? '').toLowerCase()];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
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
