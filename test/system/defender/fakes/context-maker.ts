import { chunkCodec } from '../../../../system/charts/chunk-codec.ts';
import type { Series } from '../../../../system/charts/series.ts';
import { tchartCodec } from '../../../../system/charts/tchart-codec.ts';
import { computeUChart, encodeUChart, uchartDigest } from '../../../../system/charts/uchart.ts';
import { completionSubject } from '../../../../system/ports/completion.ts';
import type { Completion } from '../../../../system/ports/completion.ts';
import { contextIdOf } from '../../../../system/ports/ingest.ts';
import { chunkTable, qualifiedTable, tchartBucketMs, tchartTable } from '../../../../system/ports/tables.ts';
import type { FakeCluster } from './fake-cluster.ts';

const epochUs = 1_790_000_000_000_000;
export const contextLengthUs = 600_000_000;
const recipe = 'etch';

/** The points of one context: a ramp with a little noise that depends on the context alone, or a shifted one. */
export function seriesOf(contextSequence: number, abnormal: boolean): Series[] {
  const points = 30;
  const startUs = startOf(contextSequence);
  const timesUs = Float64Array.from({ length: points }, (_, index) => startUs + index * 20_000_000);
  return [1, 2].map((svid) => ({
    svid,
    timesUs,
    values: Float64Array.from(
      { length: points },
      (_, index) =>
        svid * 10 +
        index / 10 +
        Math.sin((contextSequence * 31 + index) * svid * 12.9898) / 5 +
        (abnormal ? 40 : 0),
    ),
  }));
}

function startOf(contextSequence: number): number {
  return epochUs + contextSequence * contextLengthUs;
}

export function completionOf(
  tool: string,
  contextSequence: number,
  changes: Partial<Completion> = {},
): Completion {
  return {
    tool,
    chamber: 1,
    recipe,
    contextSequence,
    previousSequence: contextSequence - 1,
    startUs: startOf(contextSequence),
    endUs: startOf(contextSequence) + contextLengthUs,
    requestCount: 3,
    blobs: 1,
    ...changes,
  };
}

/** What a fault-free run computes. */
export function expectedDigest(tool: string, contextSequence: number, abnormal = false): number {
  const { startUs, endUs } = completionOf(tool, contextSequence);
  return uchartDigest(
    computeUChart({
      contextId: contextIdOf(tool, contextSequence),
      unit: tool,
      recipe,
      contextSequence,
      startUs,
      endUs,
      series: seriesOf(contextSequence, abnormal),
    }),
  );
}

/** Plays the Collector: T-charts or chunks into the store, completions onto the stream. */
export class ContextMaker {
  readonly #cluster: FakeCluster;

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster;
  }

  /** Sixty good contexts from which limits are learnt. */
  qualify(): void {
    for (let ordinal = 0; ordinal < 60; ordinal++) {
      const { startUs, endUs } = completionOf('qualified', ordinal + 1000);
      const chart = computeUChart({
        contextId: contextIdOf('qualified', ordinal),
        unit: 'qualified',
        recipe,
        contextSequence: ordinal,
        startUs,
        endUs,
        series: seriesOf(ordinal + 1000, false),
      });
      this.#cluster.cql.execute(
        { kind: 'insert', table: qualifiedTable },
        { recipe, ordinal, result: encodeUChart(chart) },
      );
    }
  }

  storeTChart(tool: string, contextSequence: number, abnormal = false): void {
    this.#cluster.cql.execute(
      { kind: 'insert', table: tchartTable },
      {
        tool,
        bucket_ms: tchartBucketMs(startOf(contextSequence)),
        context_sequence: contextSequence,
        blob_index: 0,
        payload: tchartCodec.encode(seriesOf(contextSequence, abnormal)),
      },
    );
  }

  storeChunks(tool: string, contextSequence: number): void {
    for (let request = 0; request < 3; request++) {
      const part = seriesOf(contextSequence, false).map(({ svid, timesUs, values }) => ({
        svid,
        timesUs: timesUs.slice(request * 10, request * 10 + 10),
        values: values.slice(request * 10, request * 10 + 10),
      }));
      this.#cluster.cql.execute(
        { kind: 'insert', table: chunkTable },
        {
          tool,
          context_sequence: contextSequence,
          request_sequence: request + 1,
          payload: chunkCodec.encode(part),
        },
      );
    }
  }

  publish(completion: Completion): void {
    this.#cluster.nats.publish(
      completionSubject('tool', completion.tool, completion.chamber),
      new TextEncoder().encode(JSON.stringify(completion)),
      `complete:${contextIdOf(completion.tool, completion.contextSequence)}`,
    );
  }

  complete(tool: string, contextSequence: number, abnormal = false): void {
    this.storeTChart(tool, contextSequence, abnormal);
    this.publish(completionOf(tool, contextSequence));
  }
}
