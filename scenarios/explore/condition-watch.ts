import type { History } from '../../sim/history/history.ts';

/** How the worst-off gateway stands. */
export const gatewayConditions = ['in-date', 'cut-off', 'stale', 'restarting'] as const;
export type GatewayCondition = (typeof gatewayConditions)[number];

/** How Management stands, as the controller sees it. */
export const managementConditions = ['up', 'restarting', 'unreachable'] as const;
export type ManagementCondition = (typeof managementConditions)[number];

/** Reads from the history how gateways and Management stand at this moment, whatever brought them there. */
export class ConditionWatch {
  readonly #gateways = new Set<string>();
  readonly #down = new Set<string>();
  readonly #stale = new Set<string>();
  readonly #cuts = new Map<string, readonly string[]>();
  readonly #unreachable = new Set<string>();

  constructor(history: History) {
    const down = ({ pod, deployment }: { readonly pod: string; readonly deployment: string }): void => {
      if (deployment === 'gateway' || deployment === 'management') this.#down.add(pod);
    };
    history.on('pod.restarting', down);
    history.on('pod.unready', down);
    history.on('pod.ended', down);
    history.on('pod.ready', ({ pod }) => this.#down.delete(pod));
    history.on('routing.applied', ({ gateway }) => this.#gateways.add(gateway));
    history.on('routing.stale', ({ gateway }) => this.#stale.add(gateway));
    history.on('fault.started', ({ id, faultKind, targets }) => {
      if (faultKind === 'pod.kill') {
        // The kubelet takes a moment to notice.
        for (const pod of targets) if (/^(gateway|management)/.test(pod)) this.#down.add(pod);
      } else if (faultKind === 'gateway.cut-management') this.#cuts.set(id, targets);
      else if (
        faultKind.startsWith('link.') &&
        targets.some((target) => /^rollout.* - management$/.test(target))
      )
        this.#unreachable.add(id);
    });
    history.on('fault.ended', ({ id }) => {
      for (const gateway of this.#cuts.get(id) ?? []) this.#stale.delete(gateway);
      this.#cuts.delete(id);
      this.#unreachable.delete(id);
    });
  }

  /** Every gateway that ever had a list. */
  get gateways(): ReadonlySet<string> {
    return this.#gateways;
  }

  get gateway(): GatewayCondition {
    if ([...this.#down].some((pod) => pod.startsWith('gateway'))) return 'restarting';
    if (this.#stale.size > 0) return 'stale';
    return [...this.#cuts.values()].some((targets) => targets.length > 0) ? 'cut-off' : 'in-date';
  }

  get management(): ManagementCondition {
    if ([...this.#down].some((pod) => pod.startsWith('management'))) return 'restarting';
    return this.#unreachable.size > 0 ? 'unreachable' : 'up';
  }
}
