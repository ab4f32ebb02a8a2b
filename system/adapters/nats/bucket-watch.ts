import type { KeyValueWatch } from '../../ports/key-value.ts';
import type { BucketWatchHandlers, BucketWatchOptions } from '../../ports/key-value-full.ts';

/** Places a watch by the client library's own means: an ordered push consumer that it makes anew when it must (jetstream H68, H69). */
export type WatchBucket = (
  bucket: string,
  options: BucketWatchOptions,
  handlers: BucketWatchHandlers,
) => KeyValueWatch;
