import type { UnitKind } from '../ports/completion.ts';
import { completionSubject, unitOf } from '../ports/completion.ts';

/** One machine of the fab's inventory. `weight` is SVIDs × Hz × seconds of a context, in points; 1 where it is not known. */
export interface FabTool {
  readonly tool: string;
  readonly chambers: number;
  readonly weight: number;
}

/** What is assigned, consumed in order, and has a history of its own. */
export interface Unit {
  readonly unit: string;
  readonly subject: string;
  readonly weight: number;
}

/** All units of the fab: every colour's Defenders hold all of them (delivery R98). A chamber weighs its share of the tool. */
export function unitsOf(tools: readonly FabTool[], unitKind: UnitKind): readonly Unit[] {
  switch (unitKind) {
    case 'tool':
      return tools.map(({ tool, weight }) => ({
        unit: unitOf(unitKind, tool, 1),
        subject: completionSubject(unitKind, tool, 1),
        weight,
      }));
    case 'chamber':
      return tools.flatMap(({ tool, chambers, weight }) =>
        Array.from({ length: chambers }, (_, index) => ({
          unit: unitOf(unitKind, tool, index + 1),
          subject: completionSubject(unitKind, tool, index + 1),
          weight: weight / chambers,
        })),
      );
  }
}
