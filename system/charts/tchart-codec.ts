import type { ChartCodec } from './codec.ts';
import { seriesCodec } from './series-codec.ts';
import { readTimeColumn, writeTimeColumn } from './time-column.ts';
import { readValueColumn, writeValueColumn } from './value-column.ts';

/**
 * Codec of a whole context, made to be small: at most 3–4 bytes a point on sensor traces (`delivery R24`). Columns as in
 * {@link writeTimeColumn} and {@link writeValueColumn}.
 *
 * Not byte compatible with Mebo, which is another {@link ChartCodec} of its own id.
 */
export const tchartCodec: ChartCodec = seriesCodec({
  id: 2,
  name: 'tchart',
  magic: 0x7c,
  version: 1,
  writeTimes: writeTimeColumn,
  writeValues: writeValueColumn,
  readTimes: readTimeColumn,
  readValues: readValueColumn,
});
