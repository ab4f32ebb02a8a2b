import { startDefender } from '../../../../system/defender/defender.ts';
import { defaultDefenderSettings } from '../../../../system/defender/settings.ts';
import type { DefenderSettings } from '../../../../system/defender/settings.ts';
import type { Rpc } from '../../../../system/ports/rpc.ts';
import { FakeCql } from './fake-cql.ts';
import { FakeNats } from './fake-nats.ts';
import { FakeProcess } from './fake-process.ts';
import { FakeTelemetry } from './fake-telemetry.ts';
import { VirtualTime } from './virtual-time.ts';

export function fabOf(tools: number): { tool: string; chambers: number; weight: number }[] {
  return Array.from({ length: tools }, (_, index) => ({
    tool: `tool-${String(index + 1).padStart(4, '0')}`,
    chambers: 1,
    weight: 1,
  }));
}

const noRpc: Rpc = {
  serve: () => ({ close: () => Promise.resolve() }),
  call: () => {
    throw new Error('leadership by KV calls no service');
  },
};

/** Defenders on one fake NATS and one fake Cassandra. */
export class FakeCluster {
  readonly time = new VirtualTime();
  readonly nats = new FakeNats(this.time);
  readonly cql = new FakeCql(this.time);
  readonly telemetry = new FakeTelemetry(this.time);
  readonly pods: FakeProcess[] = [];
  readonly settings: DefenderSettings;

  constructor(tools: number, overrides: Partial<DefenderSettings> = {}) {
    this.settings = { ...defaultDefenderSettings('blue', 'nats://blue', fabOf(tools)), ...overrides };
  }

  start(): FakeProcess {
    const pod = new FakeProcess(this.time, `pod-${this.pods.length}`, this.pods.length);
    this.pods.push(pod);
    const session = this.cql.session(pod);
    void startDefender(
      {
        clock: pod,
        random: pod,
        process: pod,
        nats: this.nats.connector(pod),
        cql: { connect: () => Promise.resolve(session) },
        telemetry: this.telemetry,
        rpc: noRpc,
      },
      this.settings,
    );
    return pod;
  }

  /** A cluster of `members` that has published its first map and settled. */
  async startStable(members: number): Promise<void> {
    for (let index = 0; index < members; index++) this.start();
    await this.time.advance(40_000);
  }

  advance(seconds: number): Promise<void> {
    return this.time.advance(seconds * 1000);
  }

  /** The pod that holds the latest term. */
  leader(): FakeProcess {
    const last = this.telemetry.of('leader.elected').at(-1);
    const pod = this.pods.find(({ name }) => name === last?.pod);
    if (pod === undefined) throw new Error('no leader yet');
    return pod;
  }

  idOf(pod: FakeProcess): string {
    return (
      this.telemetry.of('identity.claimed').findLast((event) => event.pod === pod.name)?.defenderId ?? ''
    );
  }

  follower(): FakeProcess {
    const leader = this.leader();
    const pod = this.pods.find((candidate) => candidate !== leader && candidate.isAlive);
    if (pod === undefined) throw new Error('no follower');
    return pod;
  }

  publishedSince(atMs: number) {
    return this.telemetry.of('assignment.published').filter((event) => event.atMs >= atMs);
  }
}
