import { expect, test } from 'vitest';
import { tchartCodec } from '../../../system/charts/tchart-codec.ts';
import { tchartBucketMs, tchartTable } from '../../../system/ports/tables.ts';
import { completionOf, ContextMaker, expectedDigest, seriesOf } from './fakes/context-maker.ts';
import { FakeCluster } from './fakes/fake-cluster.ts';

const tool = 'tool-0001';

async function cluster() {
  const made = new FakeCluster(12, { lateAfterMs: Number.MAX_SAFE_INTEGER });
  const maker = new ContextMaker(made);
  maker.qualify();
  await made.startStable(3);
  return { cluster: made, maker };
}

function storeBlob(made: FakeCluster, contextSequence: number, payload: Uint8Array): void {
  made.cql.execute(
    { kind: 'insert', table: tchartTable },
    {
      tool,
      bucket_ms: tchartBucketMs(completionOf(tool, contextSequence).startUs),
      context_sequence: contextSequence,
      blob_index: 0,
      payload,
    },
  );
}

function ofLaterVersion(): Uint8Array {
  const blob = tchartCodec.encode(seriesOf(1, false)).slice();
  blob[1] = 99;
  return blob;
}

const unreadable: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['of an unknown codec version', ofLaterVersion(), /cannot be decoded/],
  [
    'that is damaged',
    tchartCodec.encode(seriesOf(1, false)).map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    /decoded/,
  ],
  ['of another context', tchartCodec.encode(seriesOf(7, true)), /of another context/],
];

test.each(unreadable)(
  'a T-chart %s: the chunks take its place, and it is told',
  async (_what, blob, reason) => {
    const { cluster: made, maker } = await cluster();
    maker.storeChunks(tool, 1);
    storeBlob(made, 1, blob);
    maker.publish(completionOf(tool, 1));
    await made.advance(5);
    expect(made.telemetry.of('uchart.stored')).toMatchObject([
      { digest: expectedDigest(tool, 1), points: 60 },
    ]);
    expect(made.telemetry.of('alarm.judged')).toMatchObject([{ alarm: false }]);
    const [told, ...rest] = made.telemetry.of('processing.failed');
    expect(told?.reason).toMatch(reason);
    expect(rest).toEqual([]);
    expect(made.nats.deadLetters).toEqual([]);
  },
);

test.each(unreadable)(
  'a T-chart %s, and no chunks left: a dead letter, and the unit goes on',
  async (_what, blob) => {
    const { cluster: made, maker } = await cluster();
    storeBlob(made, 1, blob);
    maker.publish(completionOf(tool, 1));
    await made.advance(60);
    expect(made.telemetry.of('uchart.stored')).toEqual([]);
    expect(made.nats.deadLetters).toMatchObject([{ messageId: `dead:complete:${tool}/1` }]);
    maker.complete(tool, 2);
    await made.advance(10);
    expect(made.telemetry.of('uchart.stored')).toMatchObject([{ contextId: `${tool}/2` }]);
  },
);
