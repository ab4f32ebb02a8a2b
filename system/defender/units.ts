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
  readonly weight: number;
}

/** A unit as its owner needs it. */
export interface Subscription {
  readonly unit: string;
  readonly subject: string;
}

/** The inverse of `unitOf`, with the subject of the unit's completions. */
export function subscriptionOf(unitKind: UnitKind, unit: string): Subscription {
  switch (unitKind) {
    case 'tool':
      return { unit, subject: completionSubject(unitKind, unit, 1) };
    case 'chamber': {
      const dot = unit.lastIndexOf('.');
      const chamber = Number(unit.slice(dot + 1));
      return { unit, subject: completionSubject(unitKind, unit.slice(0, dot), chamber) };
    }
  }
}

/** All units of the fab: every colour's Defenders hold all of them (delivery R98). A chamber weighs its share of the tool. */
export function unitsOf(tools: readonly FabTool[], unitKind: UnitKind): readonly Unit[] {
  switch (unitKind) {
    case 'tool':
      return tools.map(({ tool, weight }) => ({
        unit: unitOf(unitKind, tool, 1),
        weight,
      }));
    case 'chamber':
      return tools.flatMap(({ tool, chambers, weight }) =>
        Array.from({ length: chambers }, (_, index) => ({
          unit: unitOf(unitKind, tool, index + 1),
          weight: weight / chambers,
        })),
      );
  }
}
