import { describe, expect, it } from 'vitest';
import {
  bytesPerPoint,
  goFigures,
  goSharedFigures,
  optionsOf,
  waferMetrics,
} from '../../../../bench/charts.ts';
import { decodeMebo } from '../../../../system/charts/mebo/decode.ts';
import { encodeMebo } from '../../../../system/charts/mebo/encode.ts';
import { meboTChartCodec } from '../../../../system/charts/mebo/tchart-codec.ts';

const metrics = waferMetrics();
const points = metrics.reduce((sum, { values }) => sum + values.length, 0);

function roundedUp(figure: number): number {
  return Math.ceil(figure * 100) / 100;
}

describe('600 recorded wafers', () => {
  it('are 91,200 points', () => {
    expect(points).toBe(91_200);
  });

  it.each(goFigures)('take what they take in Go: $timestamps, $values, $compression', (figure) => {
    const options = optionsOf(figure);
    const blob = encodeMebo(metrics, options);
    const oneBlob = bytesPerPoint([blob], points);
    const manyBlobs = bytesPerPoint(
      metrics.map((metric) => encodeMebo([metric], options)),
      points,
    );
    if (figure.compression === 'none') {
      expect(roundedUp(oneBlob)).toBe(figure.oneBlob);
      expect(roundedUp(manyBlobs)).toBe(figure.manyBlobs);
    } else {
      expect(oneBlob).toBeLessThan(figure.oneBlob * 1.03);
      expect(manyBlobs).toBeLessThan(figure.manyBlobs * 1.03);
    }
    expect(decodeMebo(blob).metrics.map(({ values }) => values)).toEqual(metrics.map(({ values }) => values));
  });

  it.each(['chimp', 'alp', 'gorilla'] as const)(
    'take what they take in Go with shared timestamps: %s',
    (valueEncoding) => {
      const timesUs = metrics[0]?.timesUs ?? new BigInt64Array();
      const together = metrics.map((metric) => ({ ...metric, timesUs }));
      const blob = encodeMebo(together, { valueEncoding, sharedTimestamps: true });
      expect(bytesPerPoint([blob], points)).toBeCloseTo(goSharedFigures[valueEncoding], 2);
    },
  );

  it('take at most 3 bytes a point as T-charts of one series (delivery R24)', () => {
    const blobs = metrics.map(({ timesUs, values }) =>
      meboTChartCodec.encode([{ svid: 1, timesUs: Float64Array.from(timesUs, Number), values }]),
    );
    expect(bytesPerPoint(blobs, points)).toBeLessThan(3);
  });
});
