import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FixedSequence } from './fixed-sequences.ts';

const folder = join(import.meta.dirname, 'corpus');

/** What generated sequences once found, as small as it would get: a file each, named after what it shows. */
export function corpusSequences(): readonly FixedSequence[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort((left, right) => (left < right ? -1 : 1))
    .map((file) => {
      const kept = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<FixedSequence, 'id'>;
      return { id: basename(file, '.json'), ...kept };
    });
}
