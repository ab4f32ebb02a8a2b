import type { RequestChunk } from './chunk-store.ts';
import { completionMessageId } from '../ports/completion.ts';
import type { CompleteRequest } from '../ports/ingest.ts';

/**
 * The decisions of a collector that can be taken wrongly, each in one place. `correctCollectorPolicies` is what tFDC
 * does; a planted bug replaces one of them from outside `system/`.
 */
export interface CollectorPolicies {
  /** Send is answered only when the points are durable (delivery R3; PRODUCT, storing). */
  readonly answerSend: 'after-store' | 'before-store';
  /** The completion is published only when what it points to can be read. */
  readonly publish: 'after-tchart' | 'before-tchart';
  /** The id by which the stream knows a repeated publish; `attempt` counts from 1 and must not change it (jetstream 29–32). */
  readonly messageId: (request: CompleteRequest, attempt: number) => string;
  /** Request sequences that must be sent again before the context can be completed, rising. */
  readonly missingRequests: (requestCount: number, chunks: readonly RequestChunk[]) => readonly number[];
  /** The chunks that make the T-chart: all of the context. */
  readonly chunksToPack: (chunks: readonly RequestChunk[]) => readonly RequestChunk[];
}

/** `chunks` come in rising order of their request, each request once: that is how the table is clustered. */
export function correctMissingRequests(requestCount: number, chunks: readonly RequestChunk[]): number[] {
  const missing: number[] = [];
  let at = 0;
  for (let sequence = 1; sequence <= requestCount; sequence++) {
    if (chunks[at]?.requestSequence === sequence) at++;
    else missing.push(sequence);
  }
  return missing;
}

export const correctCollectorPolicies: CollectorPolicies = {
  answerSend: 'after-store',
  publish: 'after-tchart',
  messageId: (request) => completionMessageId(request.tool, request.contextSequence),
  missingRequests: correctMissingRequests,
  chunksToPack: (chunks) => chunks,
};
