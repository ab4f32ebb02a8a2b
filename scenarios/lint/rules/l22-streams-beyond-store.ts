import type { LintRule } from './rule.ts';

const gibibyte = 1024 ** 3;

export const streamsBeyondStore: LintRule = {
  id: 'L22',
  title: 'Streams reserve more than the file store has',
  effect: 'the server refuses the stream that would go beyond max_file_store',
  fix: 'raise max_file_store (and the volume), or lower max_bytes: the sum must fit on each server',
  source: 'delivery L22',
  check: ({ streams, fileStores }) => {
    const store = fileStores.toSorted((left, right) => left.bytes - right.bytes)[0];
    if (store === undefined) return [];
    let reserved = 0;
    for (const stream of streams) {
      if (!stream.file || stream.maxBytes === undefined) continue;
      // A stream with fewer replicas than servers lies on some of them only.
      reserved += stream.maxBytes * Math.min(1, stream.replicas / store.servers);
      if (reserved <= store.bytes) continue;
      const sum = (reserved / gibibyte).toFixed(0);
      const limit = (store.bytes / gibibyte).toFixed(0);
      return [
        {
          place: stream.place,
          why: `with stream ${stream.name} a server would hold ${sum} GiB; ${store.place.file}:${store.place.line} allows ${limit} GiB`,
        },
      ];
    }
    return [];
  },
};
