import { expect, test } from 'vitest';
import { nats212, nats2910, type NatsProfile } from '../../../sim/nats/index.ts';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

const disturbedMs = 15_000;
/** By then the publication is answered, and what it set in motion is done. */
const lastOffsetUs = 2_400;

/** What clients see, and when, while every link between servers is disturbed at that moment, and nothing is changed by it. */
async function play(offsetUs: number, elide: boolean, profile: NatsProfile): Promise<readonly string[]> {
  const fixture = new Fixture({ elide, seed: 3n, steady: true, profile });
  const { kernel, network, cluster } = fixture;
  const seen: string[] = [];
  const note = (text: string): void => {
    seen.push(`${kernel.nowUs} ${text}`);
  };
  await fixture.run(async () => {
    const a = await fixture.client('a');
    const b = await fixture.client('b');
    await a.jetStream.ensureStream(workQueue);
    await a.connection.createKeyValue({ bucket: 'state', replicas: 3, ttlMs: 20_000 });
    await a.jetStream.ensureConsumer('work', durable('x'));
    collect(fixture, b, 'x', (message) => {
      note(`b gets ${message.messageId}`);
      message.ack();
    });
    const state = b.connection.keyValue('state');
    state.watch({ entry: ({ key, revision }) => note(`b sees ${key} at ${revision}`) });
    const hosts = cluster.nodes.map(({ host }) => host);
    kernel.at(
      disturbedMs * 1000 + offsetUs,
      () => void network.impose({ extraDelayUs: 0 }, hosts, hosts),
      undefined,
      undefined,
    );
    await fixture.sleepUntil(disturbedMs);
    await Promise.all([
      publish(a, 'work.x', 'm').then(() => note('published')),
      outcome(state.put('k', payload)).then(() => note('put')),
    ]);
    await fixture.sleep(3_000);
    note(JSON.stringify(cluster.inspectStream('work')));
  });
  return seen;
}

test.each([nats212, nats2910])(
  'a disturbance at any moment of a proposal loses nothing that is on its way ($version)',
  async (profile) => {
    for (let offsetUs = 5; offsetUs <= lastOffsetUs; offsetUs += 20) {
      const elided = await play(offsetUs, true, profile);
      expect(elided, `${offsetUs} µs`).toEqual(await play(offsetUs, false, profile));
      expect(elided).toHaveLength(5);
    }
  },
);
