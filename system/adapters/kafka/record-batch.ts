import type { FetchedRecord, ProducedRecord } from '../../ports/kafka.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const castagnoli = new Uint32Array(256).map((_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const magic = 2;
/** From the batch's length field to the end of the checksum. */
const afterLengthBytes = 9;
const encoder = new TextEncoder();

/** One batch of format 2, not compressed, without producer id. */
export function encodeBatch(records: readonly ProducedRecord[]): Buffer {
  const first = records[0]?.timestampMs ?? 0;
  const last = records.reduce((latest, { timestampMs }) => Math.max(latest, timestampMs), first);
  const body = new WireWriter();
  body
    .int16(0)
    .int32(records.length - 1)
    .int64(first)
    .int64(last)
    .int64(-1)
    .int16(-1)
    .int32(-1)
    .int32(records.length);
  records.forEach(({ key, value, timestampMs }, index) => {
    const record = new WireWriter();
    record
      .int8(0)
      .varint(timestampMs - first)
      .varint(index)
      .varbytes(encoder.encode(key))
      .varbytes(value)
      .varint(0);
    body.varbytes(record.finish());
  });
  const checked = body.finish();
  return new WireWriter()
    .int64(0)
    .int32(afterLengthBytes + checked.length)
    .int32(-1)
    .int8(magic)
    .uint32(crc32c(checked))
    .raw(checked)
    .finish();
}

/** The records from `offset` on; a batch that the broker cut off at the end is left out. */
export function decodeBatches(bytes: Uint8Array, offset: number): FetchedRecord[] {
  const records: FetchedRecord[] = [];
  const reader = new WireReader(bytes);
  while (reader.left >= 12) {
    const baseOffset = reader.int64();
    const length = reader.int32();
    if (reader.left < length) break;
    const batch = new WireReader(reader.raw(length));
    batch.raw(afterLengthBytes);
    batch.raw(6);
    const first = batch.int64();
    batch.raw(22);
    for (const record of batch.array(() => new WireReader(batch.varbytes()))) {
      record.int8();
      const timestampMs = first + record.varint();
      const at = baseOffset + record.varint();
      const key = record.varbytes().toString('utf8');
      const value = Uint8Array.from(record.varbytes());
      if (at >= offset) records.push({ offset: at, timestampMs, key, value });
    }
  }
  return records;
}
