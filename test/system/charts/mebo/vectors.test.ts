import { describe, expect, it } from 'vitest';
import { decodeMebo } from '../../../../system/charts/mebo/decode.ts';
import { encodeMebo } from '../../../../system/charts/mebo/encode.ts';
import { meboLimits } from '../../../../system/charts/mebo/format.ts';
import type { MeboMetric } from '../../../../system/charts/mebo/metric.ts';
import { readSections } from '../../../../system/charts/mebo/sections.ts';
import { blobOf, metricsOf, optionsOf, vectors } from './vectors.ts';
import type { Vector } from './vectors.ts';

function bitsOf(values: Float64Array): string[] {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  return Array.from(bits, (one) => one.toString(16).padStart(16, '0'));
}

function isReproducible({ compression, metrics }: Vector): boolean {
  const hasTag = metrics.some(({ points }) => points.some(({ tag }) => (tag ?? '') !== ''));
  return compression.timestamps === 'none' && compression.values === 'none' && !hasTag;
}

/** Whoever compresses decides on bytes and so on the offsets after them; all else must be equal. */
function comparable(blob: Uint8Array): unknown {
  const { header, ...sections } = readSections(blob, meboLimits);
  return { ...sections, header: { ...header, valuesAt: 0, tagsAt: 0 } };
}

describe.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  it('decodes bit for bit', () => {
    const { header, metrics } = decodeMebo(blobOf(vector));
    expect(header.startTimeUs).toBe(BigInt(vector.startTimeUs));
    const byId = new Map<bigint, MeboMetric[]>();
    for (const metric of metrics) byId.set(metric.id, [...(byId.get(metric.id) ?? []), metric]);
    expect(metrics).toHaveLength(vector.metrics.length);
    for (const { id, name, points } of vector.metrics) {
      const candidates = byId.get(BigInt(id)) ?? [];
      const metric =
        candidates.length === 1 ? candidates[0] : candidates.find((candidate) => candidate.name === name);
      expect(Array.from(metric?.timesUs ?? [], Number)).toEqual(points.map(({ tUs }) => tUs));
      expect(bitsOf(metric?.values ?? new Float64Array())).toEqual(points.map(({ v }) => v));
      if (header.hasTags) expect(metric?.tags).toEqual(points.map(({ tag }) => tag ?? ''));
      else expect(points.every(({ tag }) => (tag ?? '') === '')).toBe(true);
    }
    if (header.indexForm === 'v1') {
      expect(metrics.map(({ id }) => id)).toEqual(vector.metrics.map(({ id }) => BigInt(id)));
    } else {
      expect(metrics.map(({ id }) => id)).toEqual(
        vector.metrics.map(({ id }) => BigInt(id)).sort((left, right) => (left < right ? -1 : 1)),
      );
    }
  });

  it('encodes to the same bytes', () => {
    const blob = encodeMebo(metricsOf(vector), optionsOf(vector));
    if (isReproducible(vector)) expect(Buffer.from(blob).toString('hex')).toBe(vector.blobHex);
    else expect(comparable(blob)).toEqual(comparable(blobOf(vector)));
  });
});

it('has every encoding, compression and layout among the vectors', () => {
  expect(vectors).toHaveLength(106);
  const seen = new Set(
    vectors.flatMap(({ timestampEncoding, valueEncoding, compression, endianness, layout }) => [
      `t ${timestampEncoding}`,
      `v ${valueEncoding}`,
      `c ${compression.timestamps}`,
      endianness,
      layout,
    ]),
  );
  expect(seen.size).toBe(3 + 4 + 4 + 2 + 2);
  expect(vectors.filter(isReproducible)).toHaveLength(90);
});
