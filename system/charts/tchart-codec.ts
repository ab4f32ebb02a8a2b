import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { chartLimits, ChartCodecError } from './codec.ts';
import type { ChartCodec } from './codec.ts';
import { assertEncodable, shareTimes } from './series-check.ts';
import type { Series } from './series.ts';
import { readTimeColumn, writeTimeColumn } from './time-column.ts';
import { readValueColumn, writeValueColumn } from './value-column.ts';

const MAGIC = 0x7c;
const VERSION = 1;

const writer = new ByteWriter();

/**
 * Codec of a whole context, made to be small: at most 3–4 bytes a point on sensor traces (`delivery R24`).
 *
 * Layout: magic 0x7C, version 1, varint number of series, and, if any, one byte 1 where all series share one time column;
 * varint count and that column, then each series: varint SVID, its own count and time column unless shared, its values
 * ({@link writeTimeColumn}, {@link writeValueColumn}); CRC-32.
 *
 * Not modelled: byte compatibility with Mebo, which will be another {@link ChartCodec} of its own id.
 */
export const tchartCodec: ChartCodec = {
  id: 2,
  name: 'tchart',
  encode(series) {
    assertEncodable(series);
    writer.reset();
    writer.reserve(16);
    writer.byte(MAGIC);
    writer.byte(VERSION);
    writer.varint(series.length);
    if (series.length === 0) return writer.finish();
    const shared = shareTimes(series);
    writer.byte(shared ? 1 : 0);
    if (shared) writeCountedTimes(series[0]?.timesUs ?? new Float64Array());
    for (const one of series) {
      writer.reserve(16);
      writer.varint(one.svid);
      if (!shared) writeCountedTimes(one.timesUs);
      writeValueColumn(writer, one.values);
    }
    return writer.finish();
  },
  decode(blob) {
    const reader = new ByteReader(blob, MAGIC, VERSION);
    const count = reader.varint();
    if (count > chartLimits.maxSeries) throw new ChartCodecError('limit', `${String(count)} series`);
    const series: Series[] = [];
    if (count > 0) {
      const sharing = reader.byte();
      if (sharing > 1) throw new ChartCodecError('malformed', `sharing byte ${String(sharing)}`);
      let pointsLeft: number = chartLimits.maxPoints;
      const sharedTimesUs = sharing === 1 ? readCountedTimes(reader, pointsLeft) : undefined;
      for (let s = 0; s < count; s++) {
        const svid = reader.varint();
        if (svid > chartLimits.maxSvid) throw new ChartCodecError('malformed', `SVID ${String(svid)}`);
        const timesUs = sharedTimesUs ?? readCountedTimes(reader, pointsLeft);
        pointsLeft -= timesUs.length;
        if (pointsLeft < 0) throw new ChartCodecError('limit', 'too many points');
        series.push({ svid, timesUs, values: readValueColumn(reader, timesUs.length) });
      }
    }
    reader.end();
    return series;
  },
};

function writeCountedTimes(timesUs: Float64Array): void {
  writer.reserve(16);
  writer.varint(timesUs.length);
  writeTimeColumn(writer, timesUs);
}

function readCountedTimes(reader: ByteReader, maxPoints: number): Float64Array {
  const count = reader.varint();
  if (count > maxPoints) throw new ChartCodecError('limit', `${String(count)} points`);
  return readTimeColumn(reader, count);
}
