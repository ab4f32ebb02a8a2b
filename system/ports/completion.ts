import { contextIdOf } from './ingest.ts';
import type { StreamConfig } from './jetstream.ts';

/** What the Collector publishes when a context is over, as JSON (delivery R5, R6). Message id: `complete:<tool>/<contextSequence>`. */
export interface Completion {
  readonly tool: string;
  readonly chamber: number;
  readonly recipe: string;
  readonly contextSequence: number;
  /** Sequence of the unit's last context of the same recipe, 0 if there was none. */
  readonly previousSequence: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly requestCount: number;
  /** End of the unit's last maintenance by the tool's clock; absent where none is known. */
  readonly maintainedUs?: number | undefined;
  /** Number of T-chart blobs; 0 when packing failed and the chunks must be read instead. */
  readonly blobs: number;
}

export const completionStream = 'dc-notifications';

/**
 * PRODUCT, row "stream": work queue, three replicas, file, 3 days, discard new, duplicates within 2 min. Whoever needs the
 * stream first makes it from here: two configurations that differ would be a `conflict` (jetstream 36).
 */
export const completionStreamConfig: StreamConfig = {
  name: completionStream,
  subjects: ['dc.>'],
  retention: 'workqueue',
  storage: 'file',
  replicas: 3,
  maxAgeMs: 3 * 86_400_000,
  maxMessages: -1,
  discard: 'new',
  duplicateWindowMs: 120_000,
};

/** The same for every attempt to publish one completion, by whichever collector (jetstream 29–32). */
export function completionMessageId(tool: string, contextSequence: number): string {
  return `complete:${contextIdOf(tool, contextSequence)}`;
}

/** What owns a subject, a durable and a place in the assignment: the tool by default, a chamber of it as a setting. */
export type UnitKind = 'tool' | 'chamber';

/** `dc.<tool>.complete`, or `dc.<tool>.<chamber>.complete` where the unit is the chamber (delivery R6, C3, C4). */
export function completionSubject(unitKind: UnitKind, tool: string, chamber: number): string {
  switch (unitKind) {
    case 'tool':
      return `dc.${tool}.complete`;
    case 'chamber':
      return `dc.${tool}.${chamber}.complete`;
  }
}

/** The unit's name: `tool-0001`, or `tool-0001.2` for a chamber. */
export function unitOf(unitKind: UnitKind, tool: string, chamber: number): string {
  switch (unitKind) {
    case 'tool':
      return tool;
    case 'chamber':
      return `${tool}.${chamber}`;
  }
}
