import { bucketSequences } from './bucket-sequences.ts';
import { consumerSequences } from './consumer-sequences.ts';
import type { Sequence } from './player.ts';
import { streamSequences } from './stream-sequences.ts';

/** What each shows is its expectation. */
export const sequences: readonly Sequence[] = [...streamSequences, ...consumerSequences, ...bucketSequences];
