import type { RandomStream } from '../sim/kernel/index.ts';
import type { Colour } from '../system/ports/colour.ts';
import { findFaultKind } from './catalogue.ts';
import type { ActiveFault, FaultKind } from './fault.ts';
import { withDefaults, type ParameterValues } from './parameter.ts';
import type { Plan, PlannedFault } from './plan.ts';
import { findMoment } from './moment.ts';
import type { MomentTarget, PlannedMoment } from './planned-moment.ts';
import { aimedAt, podsOf } from './target-group.ts';
import type { FaultWorld } from './world-access.ts';

/** What became of a planned fault. Times are those of the plan, or of the moment that it waited for. */
export interface InjectedFault {
  readonly id: string;
  readonly kind: string;
  readonly parameters: ParameterValues;
  readonly startMs: number;
  /** Absent for one act, and for a fault that lasted until everything was healed. */
  readonly endMs?: number;
  /** The moment it was pinned to. */
  readonly at?: PlannedMoment;
  /** Empty when it was never injected, or found nothing to break. */
  readonly targets: readonly string[];
  readonly hits: number;
  readonly state: 'planned' | 'injected' | 'ended';
  readonly vacuous: boolean;
}

class Entry {
  readonly fault: PlannedFault;
  readonly kind: FaultKind;
  values: ParameterValues;
  readonly random: RandomStream;
  state: InjectedFault['state'] = 'planned';
  active: ActiveFault | undefined;
  targets: readonly string[] = [];
  hits = 0;
  endedUs = 0;
  startMs: number;
  endMs: number | undefined;
  /** How often its moment was passed since it is waited for, and where it was passed when it counted. */
  passed = 0;
  pod = '';
  colour: Colour = 'blue';

  constructor(fault: PlannedFault, kind: FaultKind, random: RandomStream) {
    this.fault = fault;
    this.kind = kind;
    this.values = withDefaults(kind.parameters, fault.parameters);
    this.random = random;
    this.startMs = fault.startMs;
    this.endMs = fault.endMs;
  }
}

/**
 * Breaks a world by a plan and repairs it, and answers which faults are in force. Throws a RangeError for a plan with
 * an unknown kind: `parsePlan` finds those before anything runs.
 */
export class FaultInjector {
  readonly #world: FaultWorld;
  readonly #entries: readonly Entry[];
  #healed = false;

  constructor(world: FaultWorld, plan: Plan) {
    this.#world = world;
    this.#entries = plan.faults.map((fault) => {
      const kind = findFaultKind(fault.kind);
      if (kind === undefined) throw new RangeError(`unknown kind of fault ${fault.kind}`);
      return new Entry(fault, kind, world.kernel.stream('fault', fault.id));
    });
  }

  /** Puts starts and ends on the kernel's queue, counted from the start of the simulation. Called once. */
  schedule(): void {
    const kernel = this.#world.kernel;
    for (const entry of this.#entries) {
      if (entry.fault.at !== undefined) {
        this.#await(entry, entry.fault.at);
        continue;
      }
      kernel.at(entry.fault.startMs * 1000, FaultInjector.#beginEvent, this, entry);
      if (entry.fault.endMs !== undefined && !entry.kind.instant) {
        kernel.at(entry.fault.endMs * 1000, FaultInjector.#endEvent, this, entry);
      }
    }
    this.#world.history.on('pod.started', (event) => {
      for (const entry of this.#entries) entry.active?.podStarted?.(event.pod);
    });
  }

  /** Ends all that is in force, in the order of the plan; what has not begun never will. */
  healAll(): void {
    this.#healed = true;
    for (const entry of this.#entries) this.#end(entry);
  }

  /** Ids of faults in force. */
  inForce(): readonly string[] {
    return this.#entries.filter((entry) => entry.state === 'injected').map((entry) => entry.fault.id);
  }

  /**
   * Ids of faults in force now, or ended at most `withinUs` ago, whose kind starts with one of the prefixes. One that
   * found nothing to break is none.
   */
  recent(kindPrefixes: readonly string[], withinUs: number): readonly string[] {
    const sinceUs = this.#world.kernel.nowUs - withinUs;
    const ids: string[] = [];
    for (const entry of this.#entries) {
      if (entry.state === 'planned' || entry.targets.length === 0) continue;
      if (entry.state === 'ended' && entry.endedUs < sinceUs) continue;
      if (kindPrefixes.some((prefix) => entry.kind.kind.startsWith(prefix))) ids.push(entry.fault.id);
    }
    return ids;
  }

  /** In the order of the plan. */
  outcomes(): readonly InjectedFault[] {
    return this.#entries.map((entry) => {
      const hits = entry.active?.hits() ?? entry.hits;
      const { id, kind, at } = entry.fault;
      const { startMs, endMs } = entry;
      return {
        id,
        kind,
        parameters: entry.values,
        startMs,
        ...(endMs === undefined ? {} : { endMs }),
        ...(at === undefined ? {} : { at }),
        targets: entry.targets,
        hits,
        state: entry.state,
        vacuous: entry.state === 'planned' || entry.targets.length === 0 || hits === 0,
      };
    });
  }

  /** Looks out for the moment; the fault comes as an event of its own, so that nothing breaks in the middle of an act. */
  #await(entry: Entry, at: PlannedMoment): void {
    const { kernel, history } = this.#world;
    const moment = findMoment(at.moment);
    if (moment === undefined) throw new RangeError(`unknown moment ${at.moment}`);
    moment.watch(history, (pod, colour) => {
      if (this.#healed || kernel.nowUs < entry.fault.startMs * 1000) return;
      entry.passed++;
      if (entry.passed !== at.occurrence) return;
      entry.pod = pod;
      entry.colour = colour;
      kernel.at(kernel.nowUs + at.delayMs * 1000, FaultInjector.#beginEvent, this, entry);
    });
  }

  #podAimedAt(target: Exclude<MomentTarget, 'drawn'>, { pod, colour }: Entry): string | undefined {
    const leader = this.#world.leaderPod(colour);
    switch (target) {
      case 'self':
        return pod;
      case 'leader':
        return leader;
      case 'follower':
        return podsOf(this.#world, 'defender', colour).find(({ name }) => name !== leader)?.name;
    }
  }

  /** Where a fault at a moment was pointed at a pod, and for how long it lasts. */
  #aim(entry: Entry, { target, durationMs }: PlannedMoment): void {
    const { kernel } = this.#world;
    if (target !== 'drawn') {
      const pod = this.#podAimedAt(target, entry);
      entry.values = aimedAt(entry.values, pod ?? 'nobody', entry.colour);
    }
    entry.startMs = kernel.nowUs / 1000;
    if (durationMs === undefined || entry.kind.instant) return;
    entry.endMs = entry.startMs + durationMs;
    kernel.at(kernel.nowUs + durationMs * 1000, FaultInjector.#endEvent, this, entry);
  }

  #begin(entry: Entry): void {
    if (this.#healed) return;
    if (entry.fault.at !== undefined) this.#aim(entry, entry.fault.at);
    const active = entry.kind.begin(this.#world, entry.values, entry.random);
    entry.state = 'injected';
    entry.targets = active.targets;
    this.#world.history.record('chaos', {
      kind: 'fault.started',
      id: entry.fault.id,
      faultKind: entry.kind.kind,
      targets: active.targets,
    });
    entry.active = active;
    if (entry.kind.instant) this.#end(entry);
  }

  #end(entry: Entry): void {
    const active = entry.active;
    if (active === undefined) return;
    entry.active = undefined;
    active.end();
    entry.hits = active.hits();
    entry.state = 'ended';
    entry.endedUs = this.#world.kernel.nowUs;
    this.#world.history.record('chaos', {
      kind: 'fault.ended',
      id: entry.fault.id,
      faultKind: entry.kind.kind,
      hits: entry.hits,
    });
  }

  static #beginEvent(injector: FaultInjector, entry: Entry): void {
    injector.#begin(entry);
  }

  static #endEvent(injector: FaultInjector, entry: Entry): void {
    injector.#end(entry);
  }
}
