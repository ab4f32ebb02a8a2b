import type { ManifestNode } from '../documents/manifest-node.ts';
import type { Place, SourceText } from '../documents/source-text.ts';
import type { ShellSequence } from '../shell/script.ts';

/** Texts by their language, before anything is made of them. */
export interface Collected {
  readonly trees: ManifestNode[];
  readonly sequences: ShellSequence[];
  readonly sql: SourceText[];
  readonly lua: SourceText[];
  /** Settings files of NATS or nginx. */
  readonly conf: SourceText[];
  readonly promql: SourceText[];
  /** Text of programs: what stands in its strings may be a query. */
  readonly code: SourceText[];
  /** Where prose or a command speaks of a GitOps controller. */
  readonly gitOps: Place[];
  readonly notes: string[];
}

export function emptyCollection(): Collected {
  return {
    trees: [],
    sequences: [],
    sql: [],
    lua: [],
    conf: [],
    promql: [],
    code: [],
    gitOps: [],
    notes: [],
  };
}
