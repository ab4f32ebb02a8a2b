import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZstdContext } from '../../../../system/charts/mebo/zstd-context.ts';

const params = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
const compressing = (): ZstdContext => new ZstdContext(() => createZstdCompress({ params }));
const reading = (): ZstdContext => new ZstdContext(() => createZstdDecompress());

const text = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_none, place) => 97 + ((Math.imul(place, place) >>> 3) % 13));

describe('a context of libzstd that is used again', () => {
  it('is what this Node has: otherwise nothing fails, and every frame costs five times as much', () => {
    expect(compressing().run(text(100))).toBeDefined();
  });

  it('writes the bytes of the one-shot function, whatever it did before', () => {
    const context = compressing();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 500 }))
        .map(([part, times]) => {
          const all = new Uint8Array(part.length * times);
          for (let time = 0; time < times; time++) all.set(part, time * part.length);
          return all;
        }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        expect(context.run(input)).toEqual(new Uint8Array(zstdCompressSync(input, { params })));
      }),
      { numRuns: 500 },
    );
  });

  it('reads what it can, in any order', () => {
    const context = reading();
    for (const length of [3000, 1, 40_000, 17, 0, 65_535, 200]) {
      const input = text(length);
      expect(context.run(zstdCompressSync(input, { params }))).toEqual(input);
    }
  });

  it('keeps nothing of what it gave', () => {
    const context = reading();
    const first = context.run(zstdCompressSync(text(500)));
    context.run(zstdCompressSync(new Uint8Array(500)));
    expect(first).toEqual(text(500));
  });

  it('leaves to the one-shot functions what does not fit, and goes on after it', () => {
    const context = reading();
    expect(context.run(zstdCompressSync(text(65_537)))).toBeUndefined();
    expect(context.run(zstdCompressSync(text(200)))).toEqual(text(200));
  });

  it('leaves damaged frames to them, and goes on after each', () => {
    const context = reading();
    const frame = zstdCompressSync(text(2000), { params });
    for (let place = 0; place < frame.length; place++) {
      const damaged = frame.with(place, (frame[place] ?? 0) ^ 0x55);
      const bytes = context.run(damaged);
      if (bytes === undefined) expect(() => zstdDecompressSync(damaged)).toThrow();
      else expect(bytes).toEqual(new Uint8Array(zstdDecompressSync(damaged)));
    }
    for (let length = 1; length < frame.length; length++) {
      expect(context.run(frame.subarray(0, length))).toBeUndefined();
    }
    expect(context.run(frame)).toEqual(text(2000));
  });

  it('does nothing on a Node whose streams are made otherwise', () => {
    const context = new ZstdContext(() => {
      const stream = createZstdDecompress();
      Reflect.deleteProperty(stream, '_writeState');
      return stream;
    });
    expect(context.run(zstdCompressSync(text(10)))).toBeUndefined();
    expect(context.run(zstdCompressSync(text(10)))).toBeUndefined();
  });
});
