import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import type { InventoryTool } from '../../../../system/routing/management/inventory.ts';
import { defaultGatewaySettings } from '../../../../system/routing/gateway/settings.ts';
import type { GatewaySettings } from '../../../../system/routing/gateway/settings.ts';
import { startGateway } from '../../../../system/routing/gateway/start.ts';
import { defaultManagementSettings } from '../../../../system/routing/management/settings.ts';
import type { ManagementSettings } from '../../../../system/routing/management/settings.ts';
import { startManagement } from '../../../../system/routing/management/start.ts';
import { defaultRolloutSettings } from '../../../../system/routing/rollout/settings.ts';
import type { RolloutSettings } from '../../../../system/routing/rollout/settings.ts';
import { startRollout } from '../../../../system/routing/rollout/start.ts';
import type { FakeProcess } from './process.ts';
import { FakeWorld } from './world.ts';

export function inventoryOf(count: number): readonly InventoryTool[] {
  return Array.from({ length: count }, (_, index) => ({
    tool: `T${String(index).padStart(4, '0')}`,
    critical: index % 5 === 0,
    typicalCycleMs: 300_000 + ((index * 7919) % 1000) * 1000,
  }));
}

/** Management, gateways and controller in one fake world, each with its own disk. */
export class Fab {
  readonly world = new FakeWorld();
  readonly toolCount: number;
  management: FakeProcess;
  rollout: FakeProcess;
  readonly gateways = new Map<string, FakeProcess>();

  constructor(toolCount: number) {
    this.toolCount = toolCount;
    this.management = this.world.spawn('management');
    this.rollout = this.world.spawn('rollout');
    for (const colour of ['blue', 'green']) {
      this.world.kubernetes.add(`collector-${colour}`, 'v1', colour === 'blue' ? 10 : 0);
      this.world.kubernetes.add(`defender-${colour}`, 'v1', colour === 'blue' ? 45 : 0);
    }
  }

  startManagement(settings: Partial<ManagementSettings> = {}): void {
    if (!this.management.alive) this.management = this.world.spawn('management');
    void startManagement(this.management.ports, {
      ...defaultManagementSettings,
      inventory: inventoryOf(this.toolCount),
      ...settings,
    });
  }

  startGateway(name: string, settings: Partial<GatewaySettings> = {}): FakeProcess {
    const process = this.world.spawn(name);
    this.gateways.set(name, process);
    void startGateway(process.ports, { ...defaultGatewaySettings, ...settings });
    return process;
  }

  startRollout(settings: Partial<RolloutSettings> = {}): void {
    if (!this.rollout.alive) this.rollout = this.world.spawn('rollout');
    void startRollout(this.rollout.ports, { ...defaultRolloutSettings, ...settings });
  }

  /** All of it, with three gateways that have their list. */
  static async started(toolCount: number, settings: Partial<RolloutSettings> = {}): Promise<Fab> {
    const fab = new Fab(toolCount);
    fab.startManagement();
    await fab.world.time.advance(100);
    for (const name of ['gateway-0', 'gateway-1', 'gateway-2']) fab.startGateway(name);
    fab.startRollout(settings);
    await fab.world.time.advance(1000);
    return fab;
  }

  async routing(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return await this.world.ask('management:8080', method, `/api/v1/routing/${path}`, body, headers);
  }

  async operate(path: '' | '/rollback' | '/resume', body?: unknown) {
    const method = body === undefined ? 'GET' : 'POST';
    return await this.world.ask('rollout:8081', method, `/api/v1/rollout${path}`, body);
  }

  /** The canary list as each gateway routes by it now. */
  async listOf(gateway: string): Promise<readonly string[]> {
    const { body } = await this.world.ask(`${gateway}:8080`, 'GET', '/internal/routing');
    return strings(body['canaryTools']);
  }

  /** Name of the controller's phase as it is stored. */
  storedPhase(): string {
    const text = this.world.disk('rollout').texts.get('rollout');
    if (text === undefined) return 'idle';
    const state: { readonly phase: { readonly kind: string } } = JSON.parse(text);
    return state.phase.kind;
  }

  async untilPhase(kind: string, limitMs = 3 * 3_600_000): Promise<void> {
    await this.world.time.advanceUntil(() => this.storedPhase() === kind, limitMs, 500);
  }

  last<Kind extends SystemEvent['kind']>(kind: Kind): Extract<SystemEvent, { kind: Kind }> | undefined {
    return this.world.of(kind).at(-1);
  }
}

export function strings(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry): entry is string => typeof entry === 'string');
}
