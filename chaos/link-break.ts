import type { AppliedCondition, LinkCondition, Network } from '../sim/network/index.ts';
import type { ChoiceParameter } from './parameter.ts';

/** Seen from the first group: `outbound` is what it sends, `inbound` what it should receive. */
export type Direction = 'both' | 'outbound' | 'inbound';

export const directionParameter: ChoiceParameter = {
  name: 'direction',
  type: 'choice',
  choices: ['both', 'outbound', 'inbound'],
  default: 'both',
  doc: 'which way is disturbed, seen from the target: what it sends, what it should receive, or both',
};

export function directionOf(choice: string): Direction {
  switch (choice) {
    case 'outbound':
    case 'inbound':
      return choice;
    default:
      return 'both';
  }
}

/** A condition on all links between two groups of machines that may grow while it is in force. */
export class LinkBreak {
  readonly #network: Network;
  readonly #condition: LinkCondition;
  readonly #direction: Direction;
  readonly #applied: AppliedCondition[] = [];

  constructor(network: Network, condition: LinkCondition, direction: Direction) {
    this.#network = network;
    this.#condition = condition;
    this.#direction = direction;
  }

  between(group: readonly number[], others: readonly number[]): void {
    if (group.length === 0 || others.length === 0) return;
    const network = this.#network;
    if (this.#direction !== 'inbound') this.#applied.push(network.impose(this.#condition, group, others));
    if (this.#direction !== 'outbound') this.#applied.push(network.impose(this.#condition, others, group));
  }

  /** Messages that met the condition; still answered after `lift`. */
  hits(): number {
    return this.#applied.reduce((sum, applied) => sum + applied.hits, 0);
  }

  lift(): void {
    for (const applied of this.#applied) this.#network.lift(applied);
  }
}
