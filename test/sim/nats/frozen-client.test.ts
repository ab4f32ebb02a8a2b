import { expect, test } from 'vitest';
import { durable, Fixture, publish, workQueue } from './fixture.ts';

/** A pull that got its fill while its client could not ask for more must not be forgotten once the client can. */
test.each([
  ['before its pull would have ended', 300],
  ['after its pull has ended', 8_000],
])(
  'what was published while the client was frozen arrives when it runs again, %s',
  async (_when, frozenMs) => {
    for (let seed = 1n; seed <= 20n; seed++) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await fixture.client('frozen');
        const tool = await fixture.client('tool');
        await client.jetStream.ensureStream(workQueue);
        await client.jetStream.ensureConsumer('work', durable('a'));
        const deliveries: string[] = [];
        client.jetStream.consume(
          'work',
          'a',
          { maxMessages: 1, expiresMs: 5_000 },
          {
            message(message) {
              deliveries.push(message.messageId);
              message.ack();
            },
          },
        );
        await fixture.sleep(1_000);
        await publish(tool, 'work.a', 'before');
        await fixture.sleep(1_000);
        expect(deliveries).toEqual(['before']);
        client.process.freeze();
        await fixture.sleep(frozenMs / 2);
        await publish(tool, 'work.a', 'first');
        await publish(tool, 'work.a', 'second');
        await publish(tool, 'work.a', 'third');
        await fixture.sleep(frozenMs / 2);
        client.process.resume();
        await fixture.sleep(frozenMs < 1_000 ? 200 : 12_000);
        expect(deliveries).toEqual(['before', 'first', 'second', 'third']);
      });
    }
  },
);
