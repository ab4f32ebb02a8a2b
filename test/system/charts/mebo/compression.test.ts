import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress, decompress } from '../../../../system/charts/mebo/compression.ts';
import { MeboError } from '../../../../system/charts/mebo/error.ts';
import type { MeboErrorCode } from '../../../../system/charts/mebo/error.ts';
import type { Compression } from '../../../../system/charts/mebo/format.ts';

const mebibyte = 1024 * 1024;
const compressions: readonly Compression[] = ['none', 'zstd', 's2', 'lz4'];

function codeOf(act: () => unknown): MeboErrorCode | 'no error' {
  try {
    act();
  } catch (error) {
    if (error instanceof MeboError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Bytes that repeat at distances and lengths of all sizes. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => ({ bytes })),
      fc.record({ back: fc.nat(20_000), length: fc.nat(400) }),
      fc.record({ back: fc.nat(8), length: fc.nat(3000) }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => {
    const all: number[] = [];
    for (const part of parts) {
      if ('bytes' in part) all.push(...part.bytes);
      else
        for (let i = 0; i < part.length; i++) all.push(all.at(-1 - Math.min(part.back, all.length - 1)) ?? 7);
    }
    return Uint8Array.from(all);
  });

describe.each(compressions)('%s', (compression) => {
  it('gives back every byte', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), repetitive), (bytes) => {
        const stored = compress(compression, bytes, false);
        expect(Buffer.from(decompress(compression, stored, bytes.length)).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives back long runs and long literals', () => {
    const noise = Uint8Array.from(
      { length: 200_000 },
      (_none, i) => Math.imul(i * i + 7, 0x9e37_79b1) >>> 24,
    );
    const twice = new Uint8Array(140_000);
    twice.set(noise.subarray(0, 70_000));
    twice.set(noise.subarray(0, 70_000), 70_000);
    for (const bytes of [new Uint8Array(20 * mebibyte), noise, twice]) {
      const stored = compress(compression, bytes, false);
      expect(Buffer.from(decompress(compression, stored, bytes.length)).equals(bytes)).toBe(true);
    }
  });

  it('answers damaged bytes with bytes within the limit or a typed error', () => {
    fc.assert(
      fc.property(repetitive, fc.nat(), fc.nat(255), fc.boolean(), (bytes, place, byte, isCut) => {
        const stored = compress(compression, bytes, false).slice();
        if (stored.length === 0) return;
        stored[place % stored.length] = byte;
        const damaged = isCut ? stored.subarray(0, place % stored.length) : stored;
        codeOf(() => {
          const limit = compression === 'none' ? stored.length : 100_000;
          expect(decompress(compression, damaged, limit).length).toBeLessThanOrEqual(limit);
        });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('bombs', () => {
  const limit = 10_000;
  const zeros = new Uint8Array(64 * mebibyte);
  it.each<[string, Compression, Uint8Array]>([
    ['zstd', 'zstd', zstdCompressSync(zeros)],
    [
      'zstd without a content size',
      'zstd',
      zstdCompressSync(zeros, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } }),
    ],
    ['S2', 's2', compress('s2', zeros, false)],
    ['S2 of 4 GiB', 's2', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1)],
    ['LZ4', 'lz4', compress('lz4', zeros, false)],
  ])('%s is refused at its limit, at once', (_name, compression, stored) => {
    const start = process.cpuUsage();
    expect(codeOf(() => decompress(compression, stored, limit))).toBe('limit');
    expect(process.cpuUsage(start).user).toBeLessThan(500_000);
  });
});

describe('zstd', () => {
  const frame = compress('zstd', new TextEncoder().encode('a frame that has some text, some text'), true);
  it('checks a checksum where there is one', () => {
    const damaged = frame.slice();
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(codeOf(() => decompress('zstd', damaged, 1000))).toBe('compression');
  });

  it('is one frame and nothing else', () => {
    expect(codeOf(() => decompress('zstd', Uint8Array.of(...frame, 0), 1000))).toBe('compression');
    expect(codeOf(() => decompress('zstd', Uint8Array.of(...frame, ...frame), 1000))).toBe('compression');
    for (let length = 1; length < frame.length; length++) {
      expect(codeOf(() => decompress('zstd', frame.subarray(0, length), 1000))).toBe('compression');
    }
  });

  it('may lack the content size and be a raw block', () => {
    const small = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x41, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    expect([...decompress('zstd', small, 8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(codeOf(() => decompress('zstd', small, 7))).toBe('limit');
  });

  it('refuses a window of over 16 MiB', () => {
    const wide = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x88, 0x41, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    expect(codeOf(() => decompress('zstd', wide, 8))).toBe('compression');
  });
});

describe('S2', () => {
  const literal = (text: string): number[] => [(text.length - 1) << 2, ...new TextEncoder().encode(text)];
  const read = (...bytes: number[]): string =>
    new TextDecoder().decode(decompress('s2', Uint8Array.from(bytes), 1_000_000));

  it('reads literals with lengths of one to four bytes', () => {
    const sixty = 'x'.repeat(61);
    const text = [...new TextEncoder().encode(sixty)];
    expect(read(61, 60 << 2, 60, ...text)).toBe(sixty);
    expect(read(61, 61 << 2, 60, 0, ...text)).toBe(sixty);
    expect(read(61, 62 << 2, 60, 0, 0, ...text)).toBe(sixty);
    expect(read(61, 63 << 2, 60, 0, 0, 0, ...text)).toBe(sixty);
  });

  it('reads copies of each kind, overlapping ones too', () => {
    expect(read(8, ...literal('abcd'), (0 << 2) | 1, 4)).toBe('abcdabcd');
    expect(read(9, ...literal('ab'), (6 << 2) | 2, 2, 0)).toBe('ababababa');
    expect(read(7, ...literal('abcd'), (2 << 2) | 3, 4, 0, 0, 0)).toBe('abcdabc');
  });

  it('reads repeats of the last offset in each form', () => {
    const start = [...literal('abcd'), (0 << 2) | 1, 3];
    const after = (length: number): string => 'abcd' + 'bcdbcd'.repeat(length).slice(0, 4 + length);
    expect(read(15, ...start, (3 << 2) | 1, 0)).toBe(after(7));
    expect(read(8 + 9, ...start, (5 << 2) | 1, 0, 1)).toBe(after(9));
    expect(read(0x8d, 2, ...start, (6 << 2) | 1, 0, 1, 0)).toBe(after(261));
    expect(read(0x8d, 0x80, 4, ...start, (7 << 2) | 1, 0, 1, 0, 0)).toBe(after(65_541));
  });

  it.each<[string, number[]]>([
    ['nothing', [0x80]],
    ['a repeat without an offset', [8, 1, 0]],
    ['a repeat before any copy', [12, ...literal('abcd'), 1, 0]],
    ['an offset before the start', [8, ...literal('abcd'), 1, 5]],
    ['offset 0 of two bytes', [8, ...literal('abcd'), 2, 0, 0]],
    ['a copy past the end', [7, ...literal('abcd'), 1, 4]],
    ['a literal past the end', [3, ...literal('abcd')]],
    ['a literal past the block', [9, ...literal('abcd').slice(0, 3)]],
    ['less than it says', [5, ...literal('abcd')]],
    ['a copy cut short', [8, ...literal('abcd'), 2, 4]],
    ['a length of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 1]],
  ])('refuses %s', (_what, bytes) => {
    expect(codeOf(() => decompress('s2', Uint8Array.from(bytes), 1000))).toBe('compression');
  });
});

describe('LZ4', () => {
  it.each<[string, number[]]>([
    ['a block that ends inside literals', [0x50, 1, 2]],
    ['a length without an end', [0xf0, 0xff]],
    ['a match without an offset', [0x10, 1, 1]],
    ['offset 0', [0x10, 1, 0, 0, 0x10, 2]],
    ['an offset before the start', [0x10, 1, 2, 0, 0x10, 2]],
    ['a block that ends with a match', [0x10, 1, 1, 0]],
    ['a match in the last token', [0x11, 1]],
  ])('refuses %s', (_what, bytes) => {
    expect(codeOf(() => decompress('lz4', Uint8Array.from(bytes), 1000))).toBe('compression');
  });

  it('reads long lengths and matches that overlap', () => {
    const run = Uint8Array.of(0x1f, 9, 1, 0, 255, 0, 0x10, 5);
    const expected = [...new Uint8Array(1 + 19 + 255).fill(9), 5];
    expect([...decompress('lz4', run, 1000)]).toEqual(expected);
  });
});
