import { chunkCodec } from '../../charts/chunk-codec.ts';
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
 * Rejects with a `PortError`, or with `ProcessingFailure` for missing or broken data.
 */
export async function fetchSeries(
  session: CqlSession,
  settings: DefenderSettings,
  completion: Completion,
): Promise<readonly Series[]> {
  const { tool, contextSequence, blobs, requestCount, startUs } = completion;
  const key = { tool, context_sequence: contextSequence };
  const isPacked = blobs > 0;
  const { rows } = isPacked
    ? await session.execute(
        selectBlobs,
        { ...key, bucket_ms: tchartBucketMs(startUs) },
        readOptions(settings),
      )
    : await session.execute(selectChunks, key, readOptions(settings));
  const wanted = isPacked ? blobs : requestCount;
  if (rows.length < wanted && settings.policies.completeness === 'verified') {
    const what = isPacked ? 'T-chart blobs' : 'chunks';
    throw new ProcessingFailure(`${rows.length} of ${wanted} ${what}`, 'fetch');
  }
  try {
    return joined(
      rows.map((row) => {
        const payload = payloadOf(row);
        return (isPacked ? codecOfTChart(payload) : chunkCodec).decode(payload);
      }),
    );
  } catch (error) {
    throw new ProcessingFailure('T-chart cannot be decoded', 'fetch', { cause: error });
  }
}

function joined(parts: readonly Series[][]): readonly Series[] {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : mergeSeries(parts.flat());
}

function payloadOf(row: CqlRow): Uint8Array {
  const payload = row['payload'];
  return payload instanceof Uint8Array ? payload : new Uint8Array();
}
