import { chunkCodec } from '../../charts/chunk-codec.ts';
import type { ChartCodec } from '../../charts/codec.ts';
import { mergeSeries } from '../../charts/series.ts';
import type { Series } from '../../charts/series.ts';
import { codecOfTChart } from '../../charts/tchart.ts';
import type { Completion } from '../../ports/completion.ts';
import type { CqlOptions, CqlRow, CqlSession, CqlStatement } from '../../ports/cql.ts';
import { chunkTable, tchartBucketMs, tchartTable } from '../../ports/tables.ts';
import type { DefenderSettings } from '../settings.ts';
import { ProcessingFailure } from './failure.ts';

const selectBlobs: CqlStatement = { kind: 'select', table: tchartTable };
const selectChunks: CqlStatement = { kind: 'select', table: chunkTable };

export function readOptions(settings: DefenderSettings): CqlOptions {
  return { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: settings.cqlTimeoutMs };
}

/**
 * All points of a context, one series a SVID: from its packed T-chart, or from the chunks where packing failed
 * (PRODUCT, storing). Quorum reads of quorum writes see all that was acknowledged, so a part that is missing is a failure.
 * A T-chart that cannot be read (damaged, of a later codec version, or of another context) is told to `unreadable`, and the
 * chunks, which are kept for a day, are taken in its place.
 *
 * Rejects with a `PortError`, or with `ProcessingFailure` for missing or broken data.
 */
export async function fetchSeries(
  session: CqlSession,
  settings: DefenderSettings,
  completion: Completion,
  unreadable: (failure: ProcessingFailure) => void,
): Promise<readonly Series[]> {
  const { tool, contextSequence, blobs, requestCount, startUs } = completion;
  const key = { tool, context_sequence: contextSequence };
  if (blobs > 0) {
    const bucket = { ...key, bucket_ms: tchartBucketMs(startUs) };
    const { rows } = await session.execute(selectBlobs, bucket, readOptions(settings));
    requireAll(settings, rows, blobs, 'T-chart blobs');
    try {
      return ofContext(decoded(rows, codecOfTChart), completion);
    } catch (error) {
      if (!(error instanceof ProcessingFailure)) throw error;
      unreadable(error);
    }
  }
  const { rows } = await session.execute(selectChunks, key, readOptions(settings));
  requireAll(settings, rows, requestCount, 'chunks');
  return decoded(rows, () => chunkCodec);
}

function requireAll(settings: DefenderSettings, rows: readonly CqlRow[], wanted: number, what: string): void {
  if (rows.length < wanted && settings.policies.completeness === 'verified') {
    throw new ProcessingFailure(`${rows.length} of ${wanted} ${what}`, 'fetch');
  }
}

function decoded(rows: readonly CqlRow[], codecOf: (payload: Uint8Array) => ChartCodec): readonly Series[] {
  try {
    return joined(
      rows.map((row) => {
        const payload = payloadOf(row);
        return codecOf(payload).decode(payload);
      }),
    );
  } catch (error) {
    throw new ProcessingFailure('T-chart cannot be decoded', 'fetch', { cause: error });
  }
}

/** Times and context are of one clock, so a T-chart none of whose points lies in the context belongs to another one. */
function ofContext(series: readonly Series[], { startUs, endUs }: Completion): readonly Series[] {
  const isForeign =
    series.some(({ timesUs }) => timesUs.length > 0) &&
    series.every(({ timesUs }) => timesUs.every((timeUs) => timeUs < startUs || timeUs > endUs));
  if (isForeign) throw new ProcessingFailure('the T-chart is of another context', 'fetch');
  return series;
}

function joined(parts: readonly Series[][]): readonly Series[] {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : mergeSeries(parts.flat());
}

function payloadOf(row: CqlRow): Uint8Array {
  const payload = row['payload'];
  return payload instanceof Uint8Array ? payload : new Uint8Array();
}
