import type { Colour } from '../ports/colour.ts';
import type { DefenderState } from '../ports/system-event.ts';
import type { Gauge, Telemetry } from '../ports/telemetry.ts';

/** Value of the gauge `tfdc_defender_state`, by state. */
const stateNumbers: Readonly<Record<DefenderState, number>> = {
  init: 0,
  'claiming-id': 1,
  standby: 2,
  election: 3,
  'waiting-assignment': 4,
  stable: 5,
  scaling: 6,
  rebalancing: 7,
  emergency: 8,
  degraded: 9,
  shutdown: 10,
};

/** What a Defender is at. Degraded lies over it, and Shutdown ends it: both can come at any time (defender §1). */
export type Activity = Exclude<DefenderState, 'degraded' | 'shutdown'>;

/**
 * What may follow what (defender §1). Beyond its drawing: Standby is the hand-over of §6; a leader of a cold start gathers
 * and publishes before there is a map, so that it comes from and falls back to WaitingAssignment.
 */
const following: Readonly<Record<Activity, readonly Activity[]>> = {
  init: ['claiming-id'],
  'claiming-id': ['init', 'standby', 'election'],
  standby: ['claiming-id', 'init', 'election'],
  election: ['waiting-assignment'],
  'waiting-assignment': ['stable', 'scaling', 'emergency', 'claiming-id'],
  stable: ['scaling', 'emergency', 'claiming-id'],
  scaling: ['rebalancing', 'emergency', 'stable', 'waiting-assignment'],
  rebalancing: ['stable', 'waiting-assignment'],
  emergency: ['stable', 'waiting-assignment'],
};

/** A bug: the Defender tried to go where no state leads from where it is. */
export class IllegalTransitionError extends Error {
  constructor(from: Activity, to: Activity) {
    super(`no state ${to} after ${from} (defender §1)`);
    this.name = 'IllegalTransitionError';
  }
}

/**
 * The state a Defender shows; each change is an event and counted (defender §1). What goes on while it is degraded shows
 * when it recovers. Shutdown is final: what is still in work then changes nothing any more.
 */
export class StateMachine {
  readonly #telemetry: Telemetry;
  readonly #colour: Colour;
  readonly #pod: string;
  readonly #gauge: Gauge;
  #activity: Activity = 'init';
  #isDegraded = false;
  #isShutDown = false;
  #hasMap = false;
  /** Id shown in the events; empty while there is none. */
  defenderId = '';

  constructor(telemetry: Telemetry, colour: Colour, pod: string) {
    this.#telemetry = telemetry;
    this.#colour = colour;
    this.#pod = pod;
    this.#gauge = telemetry.gauge('tfdc_defender_state', { colour, pod });
  }

  /** What shows. */
  get state(): DefenderState {
    if (this.#isShutDown) return 'shutdown';
    return this.#isDegraded ? 'degraded' : this.#activity;
  }

  /** What it is at, degraded or not. */
  get activity(): Activity {
    return this.#activity;
  }

  /** Throws an `IllegalTransitionError` where the states of defender §1 do not lead there. */
  enter(to: Activity): void {
    if (this.#activity === to || this.#isShutDown) return;
    if (!following[this.#activity].includes(to)) throw new IllegalTransitionError(this.#activity, to);
    if (to === 'claiming-id') this.#hasMap = false;
    const from = this.state;
    this.#activity = to;
    this.#show(from);
  }

  /** There is a map to follow: nothing is waited for any more. */
  mapSeen(): void {
    this.#hasMap = true;
    if (this.#activity === 'waiting-assignment') this.enter('stable');
  }

  /** What a leader was at is over. */
  settle(): void {
    switch (this.#activity) {
      case 'scaling':
      case 'rebalancing':
      case 'emergency':
        this.enter(this.#hasMap ? 'stable' : 'waiting-assignment');
        return;
      case 'init':
      case 'claiming-id':
      case 'standby':
      case 'election':
      case 'waiting-assignment':
      case 'stable':
        return;
    }
  }

  degrade(): void {
    const from = this.state;
    this.#isDegraded = true;
    this.#show(from);
  }

  recover(): void {
    const from = this.state;
    this.#isDegraded = false;
    this.#show(from);
  }

  shutDown(): void {
    const from = this.state;
    this.#isShutDown = true;
    this.#show(from);
  }

  #show(from: DefenderState): void {
    const to = this.state;
    if (from === to) return;
    const colour = this.#colour;
    this.#gauge.set(stateNumbers[to]);
    this.#telemetry.counter('tfdc_defender_state_changes_total', { colour, from, to }).add(1);
    this.#telemetry.event({
      kind: 'defender.state',
      colour,
      pod: this.#pod,
      defenderId: this.defenderId,
      from,
      to,
    });
  }
}
