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

/** The state a Defender shows (defender §1). Shutdown is final; what was before Degraded is gone back to. */
export class StateMachine {
  readonly #telemetry: Telemetry;
  readonly #colour: Colour;
  readonly #pod: string;
  readonly #gauge: Gauge;
  #state: DefenderState = 'init';
  #beforeDegraded: DefenderState = 'init';
  /** Id shown in the events; empty while there is none. */
  defenderId = '';

  constructor(telemetry: Telemetry, colour: Colour, pod: string) {
    this.#telemetry = telemetry;
    this.#colour = colour;
    this.#pod = pod;
    this.#gauge = telemetry.gauge('tfdc_defender_state', { colour, pod });
  }

  get state(): DefenderState {
    return this.#state;
  }

  /** While degraded, the state to go back to is changed instead. */
  enter(to: DefenderState): void {
    if (this.#state === 'degraded' && to !== 'shutdown') this.#beforeDegraded = to;
    else this.#change(to);
  }

  degrade(): void {
    if (this.#state === 'degraded' || this.#state === 'shutdown') return;
    this.#beforeDegraded = this.#state;
    this.#change('degraded');
  }

  recover(): void {
    if (this.#state === 'degraded') this.#change(this.#beforeDegraded);
  }

  #change(to: DefenderState): void {
    if (this.#state === to || this.#state === 'shutdown') return;
    const from = this.#state;
    this.#state = to;
    this.#gauge.set(stateNumbers[to]);
    this.#telemetry.event({
      kind: 'defender.state',
      colour: this.#colour,
      pod: this.#pod,
      defenderId: this.defenderId,
      from,
      to,
    });
  }
}
