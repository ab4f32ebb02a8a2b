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
  /** Number of T-chart blobs; 0 when packing failed and the chunks must be read instead. */
  readonly blobs: number;
}

export const completionStream = 'dc-notifications';

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
