import type { RandomStream } from '../../../../sim/kernel/index.ts';
import type { Rig } from '../rig.ts';

/** One fault with its victims, as data. */
export type FaultSpec =
  | {
      readonly kind: 'kill' | 'stop' | 'pause' | 'cut-clients';
      readonly node: number;
      readonly lastsMs: number;
    }
  | { readonly kind: 'pause-two'; readonly nodes: readonly [number, number]; readonly lastsMs: number }
  | {
      readonly kind: 'cut' | 'cut-one-way';
      readonly from: number;
      readonly to: number;
      readonly lastsMs: number;
    }
  | { readonly kind: 'restart-all'; readonly lastsMs: number };

const short = 5_000;
/** Longer than it takes to convict a silent node (cassandra-and-live §1.1). */
const convicted = 26_000;

/** Every kind once, in a drawn order with drawn victims. */
export function drawPlan(random: RandomStream): readonly FaultSpec[] {
  const node = (): number => random.integer(0, 2);
  const from = node();
  const cutFrom = node();
  const alone = node();
  const plan: FaultSpec[] = [
    { kind: 'kill', node: node(), lastsMs: convicted },
    { kind: 'stop', node: node(), lastsMs: short },
    { kind: 'pause', node: node(), lastsMs: short },
    { kind: 'cut-clients', node: node(), lastsMs: short },
    { kind: 'pause-two', nodes: [(alone + 1) % 3, (alone + 2) % 3], lastsMs: short },
    { kind: 'cut', from, to: (from + 1) % 3, lastsMs: short },
    { kind: 'cut-one-way', from: cutFrom, to: (cutFrom + 2) % 3, lastsMs: short },
    { kind: 'restart-all', lastsMs: 1_000 },
  ];
  for (let index = plan.length - 1; index > 0; index--) {
    const other = random.integer(0, index);
    [plan[index], plan[other]] = [plan[other] as FaultSpec, plan[index] as FaultSpec];
  }
  return plan;
}

/** Nodes that are out of order while the fault lasts. */
export function victimsOf(fault: FaultSpec): readonly number[] {
  switch (fault.kind) {
    case 'kill':
    case 'stop':
    case 'pause':
    case 'cut-clients':
      return [fault.node];
    case 'pause-two':
      return fault.nodes;
    case 'cut':
    case 'cut-one-way':
      return [fault.from, fault.to];
    case 'restart-all':
      return [0, 1, 2];
  }
}

export async function begin(rig: Rig, fault: FaultSpec): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      return rig.kill(fault.node);
    case 'stop':
      return rig.stop(fault.node);
    case 'pause':
      return rig.pause(fault.node);
    case 'cut-clients':
      return rig.cutClients(fault.node);
    case 'pause-two':
      return fault.nodes.forEach((node) => rig.pause(node));
    case 'cut':
      return rig.cut(fault.from, fault.to);
    case 'cut-one-way':
      return rig.cutOneWay(fault.from, fault.to);
    case 'restart-all':
      for (const node of [0, 1, 2]) await rig.kill(node);
  }
}

export async function end(rig: Rig, fault: FaultSpec): Promise<void> {
  switch (fault.kind) {
    case 'kill':
    case 'stop':
      return rig.restart(fault.node);
    case 'pause':
      return rig.resume(fault.node);
    case 'cut-clients':
      return rig.healClients(fault.node);
    case 'pause-two':
      return fault.nodes.forEach((node) => rig.resume(node));
    case 'cut':
    case 'cut-one-way':
      return rig.heal(fault.from, fault.to);
    case 'restart-all':
      await Promise.all([0, 1, 2].map((node) => rig.restart(node)));
  }
}
