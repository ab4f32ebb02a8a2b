import type {
  EffectiveConsumerSettings,
  EffectiveStreamSettings,
} from '../../system/ports/jetstream-management.ts';
import type { Machine } from './machine.ts';
import type { Assignment, Operation } from './operations.ts';

export interface StreamAssignment {
  readonly settings: EffectiveStreamSettings;
  readonly consumers: Map<string, EffectiveConsumerSettings>;
}

/** What a replica of the meta group knows: the streams and consumers that exist (jetstream A4). */
export class MetaMachine implements Machine {
  readonly streams = new Map<string, StreamAssignment>();

  apply(operation: Operation): number {
    if (operation.kind === 'assign') this.#assign(operation.assignment);
    return 0;
  }

  isAlike(): boolean {
    return true;
  }

  clone(): MetaMachine {
    const copy = new MetaMachine();
    for (const [name, { settings, consumers }] of this.streams) {
      copy.streams.set(name, { settings, consumers: new Map(consumers) });
    }
    return copy;
  }

  #assign(assignment: Assignment): void {
    switch (assignment.kind) {
      case 'stream': {
        const { settings } = assignment;
        const consumers =
          this.streams.get(settings.name)?.consumers ?? new Map<string, EffectiveConsumerSettings>();
        this.streams.set(settings.name, { settings, consumers });
        return;
      }
      case 'stream-removed':
        this.streams.delete(assignment.stream);
        return;
      case 'stream-peer-removed':
        return;
      case 'consumer':
        this.streams.get(assignment.stream)?.consumers.set(assignment.settings.name, assignment.settings);
        return;
      case 'consumer-removed':
        this.streams.get(assignment.stream)?.consumers.delete(assignment.consumer);
        return;
    }
  }
}

export function metaMachineOf(machine: Machine): MetaMachine {
  if (machine instanceof MetaMachine) return machine;
  throw new TypeError('not the meta group');
}
