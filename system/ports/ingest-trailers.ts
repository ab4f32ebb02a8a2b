/** Trailers by which the collector tells a tool more than a status does. */
export const ingestTrailers = {
  /** On FAILED_PRECONDITION of Complete: the requests to send again, as `formatRequestRanges` writes them. */
  missingRequests: 'missing-requests',
  /** On OK of Send: SVIDs that were left out, each with its fault, as `17=bad-time,42=empty`. */
  rejectedMetrics: 'rejected-metrics',
  /** On OK: the tool's clock goes before the collector's by this many milliseconds, more than it should. */
  clockAheadMs: 'clock-ahead-ms',
  /** On INVALID_ARGUMENT: one word for what is wrong. */
  fault: 'fault',
  /** Do not try again before this many milliseconds are over (gRPC's own name for it). */
  retryPushbackMs: 'grpc-retry-pushback-ms',
  /** On ABORTED: the request was routed by a list older than the rollback of this revision … */
  routingFloor: 'routing-floor',
  /** … the colour to which the tool belongs since … */
  routingFloorColour: 'routing-floor-colour',
  /** … and whether that is so of this tool or of every tool: one of `routingFloorScopes`. */
  routingFloorScope: 'routing-floor-scope',
} as const;

export const routingFloorScopes = { tool: 'tool', everyTool: 'every-tool' } as const;

/** Header by which a gateway says which revision of the list it routed a request by. */
export const routingEpochHeader = 'routing-epoch';

/** Trailers of one answer stay well below the 8 KiB that HTTP/2 stacks allow. */
const maxRanges = 256;

/** Rising request sequences as `3,7-9`; at most 256 ranges, the first ones, since the tool asks again anyhow. */
export function formatRequestRanges(sequences: readonly number[]): string {
  const ranges: string[] = [];
  let from = 0;
  while (from < sequences.length && ranges.length < maxRanges) {
    const first = sequences[from] ?? 0;
    let last = first;
    from++;
    while (sequences[from] === last + 1) {
      last++;
      from++;
    }
    ranges.push(first === last ? String(first) : `${first}-${last}`);
  }
  return ranges.join(',');
}

/** Reads what `formatRequestRanges` wrote, keeping what lies in 1…`requestCount`. Undefined: not of that form. */
export function parseRequestRanges(text: string, requestCount: number): number[] | undefined {
  const sequences: number[] = [];
  for (const range of text.split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range);
    if (match === null) return undefined;
    const first = Math.max(1, Number(match[1]));
    const last = Math.min(requestCount, Number(match[2] ?? match[1]));
    for (let sequence = first; sequence <= last; sequence++) sequences.push(sequence);
  }
  return sequences;
}
