import type { World } from '../../sim/world.ts';
import type { Colour } from '../../system/ports/colour.ts';
import { ConditionWatch, type GatewayCondition, type ManagementCondition } from './condition-watch.ts';
import { RefusalWatch } from './refusal-watch.ts';
import { riskyColour, type Moment, type Timeline } from './timeline.ts';

export type Level = 'L1' | 'L2' | 'L3';

/**
 * What came of one rollback. Times are virtual milliseconds since the operator ordered it; null: it did not come to that
 * within the run.
 */
export interface Safety {
  /** The state it met: what the controller had stored when it took the order, or when it was given where none took it. */
  readonly phase: string;
  readonly stableColour: Colour;
  readonly gateway: GatewayCondition;
  readonly management: ManagementCondition;
  /** `under-way`: accepted, and nothing was left to do. */
  readonly answer: 'begun' | 'under-way' | 'refused' | 'no-canary' | 'unanswered';
  /** Rolled-back tools whose last request before the order had gone to the colour that is taken back. */
  readonly toolsAtRisk: number;
  /** The controller took the order. */
  readonly begunMs: number | null;
  /** Last request of a rolled-back tool that a gateway sent to the colour that is taken back; 0: none after the order. */
  readonly lastRequestMs: number;
  /** Last one that this colour stored: what its collectors refuse goes to the other one. */
  readonly lastStoredMs: number;
  /** Every gateway had applied the shortened list. */
  readonly listAppliedMs: number | null;
  /** Every collector of that colour which was there had heard of the shortened list, and refuses older ones, or was gone. */
  readonly refusedMs: number | null;
  /** Last completion of a rolled-back tool that was worked off by the colour taken back; 0: none after the order. */
  readonly lastCompletionMs: number;
  /** That colour had nothing left of them; it counts what was published to it, not what its stream said. */
  readonly backlogZeroMs: number | null;
  /** The controller came to its end: for L3 the canary is scaled down. */
  readonly endedMs: number | null;
  /** Tools that went to stable after the order and came back (A→B→A), by whichever gateway. */
  readonly returnedTools: readonly string[];
}

class Waiting {
  readonly contexts = new Set<string>();
  emptyUs = 0;
  workedOffUs = 0;
}

/** Follows a rollback that is ordered at `fireUs`; looks only. */
export class SafetyWatch {
  readonly #timeline: Timeline;
  readonly #refusals: RefusalWatch;
  readonly #conditions: ConditionWatch;
  readonly #fireUs: number;
  readonly #level: Level;
  readonly #waiting: Readonly<Record<Colour, Map<string, Waiting>>> = { blue: new Map(), green: new Map() };
  readonly #lastStoredUs: Readonly<Record<Colour, Map<string, number>>> = {
    blue: new Map(),
    green: new Map(),
  };
  readonly #lastUs: Readonly<Record<Colour, Map<string, number>>> = { blue: new Map(), green: new Map() };
  readonly #returned: Readonly<Record<Colour, Set<string>>> = { blue: new Set(), green: new Set() };
  readonly #appliedUs = new Map<string, { readonly epoch: number; readonly timeUs: number }[]>();
  #found: { moment: Moment; gateway: GatewayCondition; management: ManagementCondition } | undefined;
  /** Of each tool, before the order. */
  readonly #lastColour = new Map<string, Colour>();
  /** `tool colour`: what a tool went away from after the order. */
  readonly #left = new Set<string>();
  #begunUs: number | undefined;
  #answer: 'accepted' | 'refused' | 'no-canary' | undefined;
  #tools: ReadonlySet<string> | undefined;
  #newest = { epoch: -1, isEmptied: false };
  #target: number | undefined;

  constructor(world: World, timeline: Timeline, fireUs: number, level: Level) {
    this.#timeline = timeline;
    this.#conditions = new ConditionWatch(world.history);
    this.#refusals = new RefusalWatch(world);
    this.#fireUs = fireUs;
    this.#level = level;
    this.#watchOrder(world);
    this.#watchLists(world);
    this.#watchTraffic(world);
  }

  /** Undefined where the order was never given. */
  result(): Safety | undefined {
    const found = this.#found;
    if (found === undefined) return undefined;
    const colour = riskyColour(found.moment);
    const isTaken = (tool: string): boolean =>
      this.#level === 'L2' ? this.#tools?.has(tool) === true : this.#answer !== 'refused';
    const waiting = [...this.#waiting[colour]].filter(([tool]) => isTaken(tool)).map(([, entry]) => entry);
    const lastOf = (times: ReadonlyMap<string, number>): number =>
      Math.max(this.#fireUs, ...[...times].filter(([tool]) => isTaken(tool)).map(([, timeUs]) => timeUs));
    const ended = this.#timeline.moments.find(
      ({ phase, fromUs }) => fromUs >= (this.#begunUs ?? this.#fireUs) && phase.startsWith('ended'),
    );
    return {
      phase: found.moment.phase,
      stableColour: found.moment.stableColour,
      gateway: found.gateway,
      management: found.management,
      answer: this.#outcome(),
      toolsAtRisk: [...this.#lastColour].filter(([tool, before]) => before === colour && isTaken(tool))
        .length,
      begunMs: this.#sinceMs(this.#begunUs),
      lastRequestMs: this.#sinceMs(lastOf(this.#lastUs[colour])) ?? 0,
      lastStoredMs: this.#sinceMs(lastOf(this.#lastStoredUs[colour])) ?? 0,
      listAppliedMs: this.#sinceMs(this.#listAppliedUs()),
      refusedMs: this.#sinceMs(
        this.#target === undefined ? undefined : this.#refusals.sinceUs(colour, this.#target, this.#fireUs),
      ),
      lastCompletionMs:
        this.#sinceMs(Math.max(this.#fireUs, ...waiting.map(({ workedOffUs }) => workedOffUs))) ?? 0,
      backlogZeroMs: waiting.some(({ contexts }) => contexts.size > 0)
        ? null
        : this.#sinceMs(Math.max(this.#fireUs, ...waiting.map(({ emptyUs }) => emptyUs))),
      endedMs: this.#sinceMs(ended?.fromUs),
      returnedTools: [...this.#returned[colour]].filter(isTaken).toSorted(),
    };
  }

  #outcome(): Safety['answer'] {
    if (this.#begunUs !== undefined) return 'begun';
    switch (this.#answer) {
      case 'accepted':
        return 'under-way';
      case 'refused':
        return 'refused';
      case 'no-canary':
        return 'no-canary';
      case undefined:
        return 'unanswered';
    }
  }

  #sinceMs(timeUs: number | undefined): number | null {
    return timeUs === undefined ? null : (timeUs - this.#fireUs) / 1000;
  }

  /** When the last gateway routed by the list without the tools, or by a later one. */
  #listAppliedUs(): number | undefined {
    const target = this.#target;
    if (target === undefined) return undefined;
    let latestUs = this.#fireUs;
    for (const gateway of this.#conditions.gateways) {
      const first = this.#appliedUs.get(gateway)?.find(({ epoch }) => epoch >= target);
      if (first === undefined) return undefined;
      latestUs = Math.max(latestUs, first.timeUs);
    }
    return latestUs;
  }

  #meet(): void {
    const { gateway, management } = this.#conditions;
    this.#found = { moment: this.#timeline.now, gateway, management };
  }

  #watchOrder({ history }: World): void {
    history.on('operator.act', ({ act, detail }, timeUs) => {
      if (timeUs < this.#fireUs) return;
      switch (act) {
        case 'rollback':
          // An order that finds the list rolled back already needs no new list.
          if (this.#newest.isEmptied) this.#target = this.#newest.epoch;
          this.#meet();
          return;
        case 'gave-up':
          if (detail.startsWith('L2')) this.#answer = 'no-canary';
          return;
        case 'answered':
          if (detail.includes('/rollback ')) this.#answer = / 2\d\d /.test(detail) ? 'accepted' : 'refused';
          return;
      }
    });
    history.on('rollback.started', ({ level, tools }, timeUs) => {
      if (timeUs < this.#fireUs || level !== this.#level || this.#begunUs !== undefined) return;
      this.#begunUs = timeUs;
      this.#tools = new Set(tools);
      this.#meet();
    });
  }

  #watchLists({ history }: World): void {
    history.on('routing.changed', ({ epoch, action, canaryTools }, timeUs) => {
      if (epoch <= this.#newest.epoch) return;
      const isRollback = action === 'rollback';
      this.#newest = { epoch, isEmptied: isRollback && canaryTools.length === 0 };
      if (timeUs >= this.#fireUs && isRollback && this.#isWithout(canaryTools)) this.#target ??= epoch;
    });
    history.on('routing.applied', ({ gateway, epoch }, timeUs) => {
      const applied = this.#appliedUs.get(gateway);
      if (applied === undefined) this.#appliedUs.set(gateway, [{ epoch, timeUs }]);
      else applied.push({ epoch, timeUs });
    });
  }

  /** Whether a list that was shortened is without what this order takes out: an L2 before it left tools in. */
  #isWithout(canaryTools: readonly string[]): boolean {
    return this.#level === 'L2'
      ? canaryTools.every((tool) => this.#tools?.has(tool) !== true)
      : canaryTools.length === 0;
  }

  #watchTraffic({ history }: World): void {
    const lastColour = new Map<string, Colour>();
    history.on('request.routed', ({ tool, colour }, timeUs) => {
      if (timeUs < this.#fireUs) {
        this.#lastColour.set(tool, colour);
        return;
      }
      const before = lastColour.get(tool) ?? this.#lastColour.get(tool);
      lastColour.set(tool, colour);
      this.#lastUs[colour].set(tool, timeUs);
      if (before !== undefined && before !== colour) this.#crossings(tool, colour);
    });
    history.on('request.stored', ({ tool, colour }, timeUs) => {
      if (timeUs >= this.#fireUs) this.#lastStoredUs[colour].set(tool, timeUs);
    });
    history.on('completion.published', ({ colour, tool, contextId, duplicate }) => {
      if (!duplicate) this.#waitingOf(colour, tool).contexts.add(contextId);
    });
    const workedOff = (
      {
        colour,
        tool,
        contextId,
      }: { readonly colour: Colour; readonly tool: string; readonly contextId: string },
      timeUs: number,
    ): void => {
      const waiting = this.#waitingOf(colour, tool);
      waiting.workedOffUs = timeUs;
      if (waiting.contexts.delete(contextId) && waiting.contexts.size === 0) waiting.emptyUs = timeUs;
    };
    history.on('completion.acknowledged', workedOff);
    history.on('completion.dead-lettered', workedOff);
  }

  #crossings(tool: string, colour: Colour): void {
    this.#left.add(`${tool} ${colour === 'blue' ? 'green' : 'blue'}`);
    if (this.#left.has(`${tool} ${colour}`)) this.#returned[colour].add(tool);
  }

  #waitingOf(colour: Colour, tool: string): Waiting {
    let waiting = this.#waiting[colour].get(tool);
    if (waiting === undefined) {
      waiting = new Waiting();
      this.#waiting[colour].set(tool, waiting);
    }
    return waiting;
  }
}
