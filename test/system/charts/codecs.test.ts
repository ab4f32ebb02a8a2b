import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkCodec } from '../../../system/charts/chunk-codec.ts';
import { chartLimits, ChartCodecError } from '../../../system/charts/codec.ts';
import type { ChartCodec, ChartCodecErrorCode } from '../../../system/charts/codec.ts';
import { crc32 } from '../../../system/charts/crc32.ts';
import type { Series } from '../../../system/charts/series.ts';
import { tchartCodec } from '../../../system/charts/tchart-codec.ts';
import { anySeries, bitsOf } from './arbitraries.ts';

const codecs: readonly ChartCodec[] = [chunkCodec, tchartCodec];

function codeOf(act: () => unknown): ChartCodecErrorCode | 'no error' {
  try {
    act();
  } catch (error) {
    if (error instanceof ChartCodecError) return error.code;
    throw error;
  }
  return 'no error';
}

/** The same content with a checksum that fits, so that what lies behind the checksum is reached. */
function sealed(content: Uint8Array): Uint8Array {
  const blob = new Uint8Array(content.length + 4);
  blob.set(content);
  new DataView(blob.buffer).setUint32(content.length, crc32(blob, content.length), true);
  return blob;
}

const oneSeries: Series[] = [
  {
    svid: 7,
    timesUs: Float64Array.of(1e15, 1e15 + 10, 1e15 + 25),
    values: Float64Array.of(1.5, -0, Math.PI),
  },
  { svid: 8, timesUs: Float64Array.of(1e15), values: Float64Array.of(20.25) },
];

describe.each(codecs)('$name codec', (codec) => {
  it('gives back every bit of every point', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        expect(bitsOf(codec.decode(codec.encode(series)))).toEqual(bitsOf(series));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same bytes for the same series, into memory of their own', () => {
    const first = codec.encode(oneSeries);
    const copy = first.slice();
    codec.encode([{ svid: 1, timesUs: new Float64Array(500), values: new Float64Array(500).fill(3) }]);
    expect(first).toEqual(copy);
    expect(codec.encode(oneSeries)).toEqual(copy);
  });

  it('reads a blob that lies inside a larger buffer', () => {
    const blob = codec.encode(oneSeries);
    const larger = new Uint8Array(blob.length + 13).fill(0xee);
    larger.set(blob, 5);
    expect(bitsOf(codec.decode(larger.subarray(5, 5 + blob.length)))).toEqual(bitsOf(oneSeries));
  });

  it('finds every flipped bit', () => {
    const blob = codec.encode(oneSeries);
    for (let bit = 0; bit < 8 * blob.length; bit++) {
      const damaged = blob.slice();
      damaged[bit >>> 3] = (damaged[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      const expected = bit < 8 ? 'bad-magic' : bit < 16 ? 'unknown-version' : 'checksum';
      expect(codeOf(() => codec.decode(damaged))).toBe(expected);
    }
  });

  it('refuses every truncation and anything appended', () => {
    const blob = codec.encode(oneSeries);
    for (let length = 0; length < blob.length; length++) {
      expect(codeOf(() => codec.decode(blob.subarray(0, length)))).toBe(
        length < 6 ? 'truncated' : 'checksum',
      );
    }
    expect(codeOf(() => codec.decode(Uint8Array.of(...blob, 0)))).toBe('checksum');
    expect(codeOf(() => codec.decode(sealed(Uint8Array.of(...blob.subarray(0, -4), 0))))).toBe('malformed');
  });

  it('answers truncated content under a right checksum with a typed error', () => {
    const content = codec.encode(oneSeries).subarray(0, -4);
    for (let length = 2; length < content.length; length++) {
      expect(codeOf(() => codec.decode(sealed(content.subarray(0, length))))).not.toBe('no error');
    }
  });

  it('answers anything under a right checksum with series or a typed error', () => {
    const header = codec.encode([]).subarray(0, 2);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (content) => {
        codeOf(() => codec.decode(sealed(Uint8Array.of(...header, ...content))));
      }),
      { numRuns: 3000 },
    );
  });

  it('answers damaged content under a right checksum with series or a typed error', () => {
    fc.assert(
      fc.property(anySeries, fc.nat(), fc.nat(255), (series, place, byte) => {
        const content = codec.encode(series).slice(0, -4);
        if (content.length > 2) content[2 + (place % (content.length - 2))] = byte;
        codeOf(() => codec.decode(sealed(content)));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses counts far beyond what the blob can hold, without allocating for them', () => {
    const header = codec.encode([]).subarray(0, 2);
    const billions = [0xff, 0xff, 0xff, 0xff, 0x7f];
    const hostile = [
      billions,
      [1, 1, ...billions],
      [1, 0, 7, ...billions],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ];
    for (const content of hostile) {
      expect(['limit', 'malformed']).toContain(
        codeOf(() => codec.decode(sealed(Uint8Array.of(...header, ...content)))),
      );
    }
  });

  it.each<[string, Series[], ChartCodecErrorCode]>([
    [
      'a negative SVID',
      [{ svid: -1, timesUs: new Float64Array(), values: new Float64Array() }],
      'unencodable',
    ],
    [
      'an SVID over 32 bits',
      [{ svid: 2 ** 32, timesUs: new Float64Array(), values: new Float64Array() }],
      'unencodable',
    ],
    [
      'columns of different length',
      [{ svid: 1, timesUs: new Float64Array(2), values: new Float64Array(3) }],
      'unencodable',
    ],
    [
      'half a microsecond',
      [{ svid: 1, timesUs: Float64Array.of(0.5), values: Float64Array.of(1) }],
      'unencodable',
    ],
    [
      'no time',
      [{ svid: 1, timesUs: Float64Array.of(Number.NaN), values: Float64Array.of(1) }],
      'unencodable',
    ],
    [
      'a time beyond safe integers',
      [{ svid: 1, timesUs: Float64Array.of(2 ** 53), values: Float64Array.of(1) }],
      'unencodable',
    ],
    [
      'too many points',
      [
        {
          svid: 1,
          timesUs: new Float64Array(chartLimits.maxPoints + 1),
          values: new Float64Array(chartLimits.maxPoints + 1),
        },
      ],
      'limit',
    ],
    [
      'too many series',
      Array.from({ length: chartLimits.maxSeries + 1 }, (_one, svid) => ({
        svid,
        timesUs: new Float64Array(),
        values: new Float64Array(),
      })),
      'limit',
    ],
  ])('refuses to write %s', (_what, series, code) => {
    expect(codeOf(() => codec.encode(series))).toBe(code);
  });
});

it('keeps neighbours that differ in any window of bits', () => {
  for (let leading = 0; leading < 64; leading++) {
    for (let length = 1; length <= 64 - leading; length++) {
      const window = ((1n << BigInt(length)) - 1n) << BigInt(64 - leading - length);
      const bits = BigUint64Array.of(
        0x7ff5_5555_aaaa_3333n,
        0x7ff5_5555_aaaa_3333n ^ window,
        0x7ff5_5555_aaaa_3333n,
      );
      const series = [{ svid: 1, timesUs: Float64Array.of(1, 2, 3), values: new Float64Array(bits.buffer) }];
      expect(bitsOf(tchartCodec.decode(tchartCodec.encode(series)))).toEqual(bitsOf(series));
    }
  }
});

it('keeps the codecs apart', () => {
  expect(codeOf(() => tchartCodec.decode(chunkCodec.encode(oneSeries)))).toBe('bad-magic');
  expect(chunkCodec.id).not.toBe(tchartCodec.id);
});

it('a chunk of 10 SVIDs with 3 points of two decimals takes under 130 bytes', () => {
  const chunk = Array.from({ length: 10 }, (_one, s) => ({
    svid: 1000 + s,
    timesUs: Float64Array.of(1.767e15, 1.767e15 + 1e7, 1.767e15 + 2e7),
    values: Float64Array.of(20.25 + s, 20.5 + s, 20.75 + s),
  }));
  expect(chunkCodec.encode(chunk).length).toBeLessThan(130);
});
