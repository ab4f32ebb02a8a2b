import type { Operation, StreamShape } from './operations.ts';
import type { Machine } from './stream-machine.ts';

/** What a replica of the meta group knows: the streams that exist (jetstream A4). */
export class MetaMachine implements Machine {
  readonly streams = new Map<string, StreamShape>();

  apply(operation: Operation): number {
    if (operation.kind === 'stream' && !this.streams.has(operation.shape.name)) {
      this.streams.set(operation.shape.name, operation.shape);
    }
    return 0;
  }

  clone(): MetaMachine {
    const copy = new MetaMachine();
    for (const [name, shape] of this.streams) copy.streams.set(name, shape);
    return copy;
  }
}

export function metaMachineOf(machine: Machine): MetaMachine {
  if (machine instanceof MetaMachine) return machine;
  throw new TypeError('not the meta group');
}
