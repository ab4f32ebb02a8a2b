import { PortError } from '../../ports/errors.ts';
import type { Ports } from '../../ports/index.ts';
import { AccessControl } from './access.ts';
import { managementHandler } from './api.ts';
import { AuditLog } from './audit.ts';
import { GatewayRegistry } from './gateway-registry.ts';
import { Inventory } from './inventory.ts';
import type { ManagementSettings } from './settings.ts';
import { loadState, managementStoreKey, StateKeeper } from './state-keeper.ts';
import { initialState, type ManagementState } from './state.ts';

export type ManagementPorts = Pick<Ports, 'clock' | 'random' | 'http' | 'store' | 'process' | 'telemetry'>;

/**
 * The Management API: the only writer of routes (delivery C10). Resolves when it serves; before that connections are
 * refused. It survives restarts: what was answered is in the store, and gateways report to it within one poll.
 *
 * Not modelled: several replicas of Management, tokens that expire, an audit log that leaves the store.
 */
export async function startManagement(ports: ManagementPorts, settings: ManagementSettings): Promise<void> {
  const { clock, http, store, process, telemetry } = ports;
  const inventory = new Inventory(settings.inventory);
  const access = new AccessControl(settings.tokens);
  const storeFailures = telemetry.counter('tfdc_management_store_failures_total', {});

  const loaded = await loadState(clock, store, settings);
  const state = loaded ?? initialState(settings.initialStableColour, clock.wallMs());
  if (loaded === undefined) {
    while (!(await saved(ports, state))) await clock.sleep(settings.storeRetryMs);
  }
  // The last life may have died between writing a change and telling it, so each life tells the list that it found.
  announce(ports, state);

  const registry = new GatewayRegistry(ports, settings, state.snapshot, state.gateways);
  const keeper = new StateKeeper(clock, store, settings, storeFailures, state, (next, before) => {
    if (next.snapshot === before.snapshot) return;
    announce(ports, next);
    registry.publish(next.snapshot);
  });

  const server = http.serve(
    settings.port,
    managementHandler({
      clock,
      keeper,
      registry,
      inventory,
      access,
      audit: new AuditLog(state.audit),
      settings,
    }),
  );
  process.onTerminate(() => {
    process.setReady(false);
    void server.close().then(() => process.exit(0));
  });
  process.setReady(true);
  // A change may have become durable just before the last process died, unpushed.
  registry.pushToAll();
}

async function saved(ports: ManagementPorts, state: ManagementState): Promise<boolean> {
  try {
    await ports.store.save(managementStoreKey, JSON.stringify(state));
    return true;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return false;
  }
}

function announce({ telemetry }: ManagementPorts, { snapshot }: ManagementState): void {
  telemetry.gauge('tfdc_management_revision', {}).set(snapshot.revision);
  telemetry.gauge('tfdc_management_canary_tools', {}).set(snapshot.canaryTools.length);
  telemetry.event({
    kind: 'routing.changed',
    epoch: snapshot.revision,
    action: snapshot.action,
    canaryTools: snapshot.canaryTools,
    stableColour: snapshot.stableColour,
    canaryColour: snapshot.canaryColour,
  });
}
