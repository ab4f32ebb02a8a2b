import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMebo } from '../../../../system/charts/mebo/decode.ts';
import { encodeMebo } from '../../../../system/charts/mebo/encode.ts';
import { MeboError } from '../../../../system/charts/mebo/error.ts';
import type { MeboErrorCode } from '../../../../system/charts/mebo/error.ts';
import type { MeboInput } from '../../../../system/charts/mebo/metric.ts';
import { anyMetrics, anyOptions } from './arbitraries.ts';
import { blobOf, vectorNamed, vectors } from './vectors.ts';

const mebibyte = 1024 * 1024;

const ten = [
  'regular3x10-raw-raw',
  'irregular-us-delta-gorilla',
  'regular3x10-be-deltapacked-chimp',
  'names-collision',
  'tags-v2',
  'alp-exceptions-80',
  'alp-rd-exceptions-64',
  'v2-shared-20metrics',
  'v2-extended-index',
  'wafers3x152-deltapacked-alp-s2',
  'wafers3x152-delta-gorilla-lz4',
  'regular3x10-raw-raw-zstd',
].map(vectorNamed);

/** The code of what is thrown; anything but a MeboError fails the test. */
function codeOf(blob: Uint8Array): MeboErrorCode | 'no error' {
  try {
    decodeMebo(blob);
  } catch (error) {
    if (error instanceof MeboError) return error.code;
    throw error;
  }
  return 'no error';
}

function changed(blob: Uint8Array, act: (view: DataView) => void): Uint8Array {
  const copy = blob.slice();
  act(new DataView(copy.buffer));
  return copy;
}

describe.each(ten.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  const blob = blobOf(vector);

  it('answers every flip of a byte with metrics or a typed error, in bounded time and memory', () => {
    const start = process.cpuUsage();
    const memory = process.memoryUsage().arrayBuffers;
    let refused = 0;
    for (let place = 0; place < blob.length; place++) {
      for (const flip of [0x01, 0x10, 0x80, 0xff]) {
        const damaged = changed(blob, (view) => view.setUint8(place, view.getUint8(place) ^ flip));
        if (codeOf(damaged) !== 'no error') refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(process.cpuUsage(start).user / (4 * blob.length)).toBeLessThan(5000);
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(512 * mebibyte);
  });

  it('refuses every flip of a byte of the header but those of the start time', () => {
    for (let place = 0; place < 32; place++) {
      if (place >= 4 && place < 12) continue;
      for (let flip = 1; flip < 256; flip++) {
        const damaged = changed(blob, (view) => view.setUint8(place, view.getUint8(place) ^ flip));
        // Another layout, encoding or compression may fit what is stored; nothing can tell.
        if (place === 2 || place === 3 || (place === 0 && (flip & 15) === 0)) codeOf(damaged);
        else expect([place, flip, codeOf(damaged)]).not.toEqual([place, flip, 'no error']);
      }
    }
  });

  it('refuses every truncation and anything appended', () => {
    for (let length = 0; length < blob.length; length++) {
      expect(codeOf(blob.subarray(0, length))).not.toBe('no error');
    }
    expect(codeOf(Uint8Array.of(...blob, 0))).not.toBe('no error');
  });

  it('refuses lengths and counts of 2³²-1 wherever they are put', () => {
    for (let place = 12; place + 4 <= Math.min(blob.length, 400); place++) {
      const damaged = changed(blob, (view) => view.setUint32(place, 0xffff_ffff));
      const code = codeOf(damaged);
      if (place <= 28) expect(code).not.toBe('no error');
    }
  });
});

describe('structure', () => {
  const plain = blobOf(vectorNamed('regular3x10-delta-gorilla'));
  const shared = blobOf(vectorNamed('v2-shared-3x10'));
  const extended = blobOf(vectorNamed('v2-extended-index'));
  const collided = blobOf(vectorNamed('names-collision'));
  const main = blobOf(vectorNamed('alp-exceptions-80'));
  const split = blobOf(vectorNamed('alp-rd-exceptions-64'));

  it.each<[string, MeboErrorCode, Uint8Array]>([
    ['nothing', 'truncated', new Uint8Array()],
    ['one byte', 'truncated', Uint8Array.of(0x10)],
    ['a text blob', 'bad-magic', changed(plain, (view) => view.setUint16(0, 0xeb10, true))],
    ['magic 0', 'bad-magic', new Uint8Array(64)],
    ['timestamps as Gorilla', 'unknown-encoding', changed(plain, (view) => view.setUint8(2, 0x33))],
    ['values as deltas', 'unknown-encoding', changed(plain, (view) => view.setUint8(2, 0x22))],
    ['compression 0', 'unknown-encoding', changed(plain, (view) => view.setUint8(3, 0x10))],
    ['compression 5', 'unknown-encoding', changed(plain, (view) => view.setUint8(3, 0x51))],
    ['no metric', 'malformed', changed(plain, (view) => view.setUint32(12, 0, true))],
    ['2³²-1 metrics', 'limit', changed(plain, (view) => view.setUint32(12, 0xffff_ffff, true))],
    ['65,536 metrics', 'truncated', changed(plain, (view) => view.setUint32(12, 65_536, true))],
    ['an index that starts late', 'malformed', changed(plain, (view) => view.setUint32(16, 33, true))],
    ['timestamps inside the index', 'malformed', changed(plain, (view) => view.setUint32(20, 79, true))],
    ['values before timestamps', 'malformed', changed(plain, (view) => view.setUint32(24, 79, true))],
    [
      'an end before the end',
      'malformed',
      changed(plain, (view) => view.setUint32(28, plain.length - 1, true)),
    ],
    [
      'an end after the end',
      'truncated',
      changed(plain, (view) => view.setUint32(28, plain.length + 1, true)),
    ],
    ['id 0', 'malformed', changed(plain, (view) => view.setBigUint64(32, 0n, true))],
    [
      'an id twice',
      'malformed',
      changed(plain, (view) => view.setBigUint64(48, view.getBigUint64(32, true), true)),
    ],
    ['no point', 'malformed', changed(plain, (view) => view.setUint16(40, 0, true))],
    ['one point more', 'truncated', changed(plain, (view) => view.setUint16(40, 11, true))],
    ['one point less', 'malformed', changed(plain, (view) => view.setUint16(40, 9, true))],
    ['65,535 points', 'truncated', changed(plain, (view) => view.setUint16(40, 65_535, true))],
    ['a first column that starts late', 'malformed', changed(plain, (view) => view.setUint16(42, 1, true))],
    ['a column past its payload', 'truncated', changed(plain, (view) => view.setUint16(76, 60_000, true))],
    [
      'shared timestamps in v1',
      'malformed',
      changed(plain, (view) => view.setUint8(0, view.getUint8(0) | 8)),
    ],
    ['ids that fall in v2', 'malformed', changed(shared, (view) => view.setBigUint64(32, 2n ** 63n, true))],
    ['no group of shared timestamps', 'malformed', changed(shared, (view) => view.setUint16(80, 0, true))],
    ['two groups where there is one', 'truncated', changed(shared, (view) => view.setUint16(80, 2, true))],
    ['an owner that is none', 'malformed', changed(shared, (view) => view.setUint16(82, 9, true))],
    ['a member that is its owner', 'malformed', changed(shared, (view) => view.setUint16(86, 0, true))],
    ['a member twice', 'malformed', changed(shared, (view) => view.setUint16(88, 1, true))],
    [
      'a member of other length',
      'malformed',
      changed(shared, (view) => view.setUint16(32 + 16 + 8, 9, true)),
    ],
    ['2³²-1 points', 'limit', changed(extended, (view) => view.setUint32(40, 0xffff_ffff, true))],
    ['bytes that are kept zero', 'malformed', changed(extended, (view) => view.setUint8(63, 1))],
    ['fewer names than metrics', 'malformed', changed(collided, (view) => view.setUint16(32, 2, true))],
    ['65,535 names', 'truncated', changed(collided, (view) => view.setUint16(32, 65_535, true))],
    [
      'a name with another hash',
      'malformed',
      changed(collided, (view) => view.setUint8(36, view.getUint8(36) ^ 1)),
    ],
    [
      'an unknown ALP scheme',
      'unknown-encoding',
      changed(main, (view) => view.setUint8(view.getUint32(24, true), 3)),
    ],
    [
      'ALP digits times 10⁻¹⁹',
      'malformed',
      changed(main, (view) => view.setUint8(view.getUint32(24, true) + 1, 19)),
    ],
    [
      'ALP codes of 65 bits',
      'malformed',
      changed(main, (view) => view.setUint8(view.getUint32(24, true) + 3, 65)),
    ],
    [
      '2³²-1 ALP exceptions',
      'malformed',
      changed(main, (view) => view.setUint32(view.getUint32(24, true) + 4, 0xffff_ffff, true)),
    ],
    [
      'an ALP cut at 47 bits',
      'malformed',
      changed(split, (view) => view.setUint8(view.getUint32(24, true) + 1, 47)),
    ],
    [
      '9 ALP left parts',
      'malformed',
      changed(split, (view) => view.setUint8(view.getUint32(24, true) + 3, 9)),
    ],
  ])('%s is %s', (_what, code, blob) => {
    expect(codeOf(blob)).toBe(code);
  });

  it('bounds what one timestamp column of many metrics, or a constant ALP column, can claim', () => {
    const metric = (key: bigint, count: number): MeboInput => ({
      key,
      timesUs: new BigInt64Array(count),
      values: new Float64Array(count),
    });
    const options = {
      sharedTimestamps: true,
      valueEncoding: 'alp',
      timestampCompression: 'zstd',
      valueCompression: 'zstd',
    } as const;
    const many = Array.from({ length: 100 }, (_none, i) => metric(BigInt(i + 1), 50_000));
    const blob = encodeMebo(many, options);
    expect(blob.length).toBeLessThan(8000);
    expect(codeOf(blob)).toBe('limit');
    expect(decodeMebo(blob, { maxPoints: 5_000_000, maxMetrics: 100 }).metrics).toHaveLength(100);
    expect(() => decodeMebo(blob, { maxPoints: 5_000_000, maxMetrics: 99 })).toThrow(/^limit: /);
  });

  it('refuses a bomb of tags', () => {
    const blob = encodeMebo(
      [{ key: 1n, timesUs: new BigInt64Array(1), values: new Float64Array(1), tags: ['a'] }],
      {
        tags: true,
      },
    );
    const tagsAt = new DataView(blob.buffer).getUint32(28, true);
    const bomb = zstdCompressSync(new Uint8Array(129 * mebibyte));
    expect(codeOf(Uint8Array.of(...blob.subarray(0, tagsAt), ...bomb))).toBe('limit');
    const zeros = zstdCompressSync(new Uint8Array(1000));
    expect(codeOf(Uint8Array.of(...blob.subarray(0, tagsAt), ...zeros))).toBe('malformed');
  });
});

it('answers damaged blobs of any kind with metrics or a typed error', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyMetrics, anyOptions, damage, (metrics, options, changes) => {
      const blob = encodeMebo(metrics, options);
      for (const [place, byte] of changes) blob[place % blob.length] = byte;
      codeOf(blob);
    }),
    { numRuns: 800 },
  );
});

it('answers anything after a right header with metrics or a typed error', () => {
  fc.assert(
    fc.property(fc.constantFrom(...vectors), fc.uint8Array({ maxLength: 200 }), (vector, rest) => {
      codeOf(Uint8Array.of(...blobOf(vector).subarray(0, 32), ...rest));
    }),
    { numRuns: 2000 },
  );
});
