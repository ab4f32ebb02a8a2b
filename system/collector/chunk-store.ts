import { defaultTChartCodec } from '../charts/tchart.ts';
import type { CqlOptions, CqlRow, CqlSession, CqlStatement } from '../ports/cql.ts';
import { PortError } from '../ports/errors.ts';
import type { CompleteRequest, SendRequest } from '../ports/ingest.ts';
import { chunkTable, tchartBucketMs, tchartTable } from '../ports/tables.ts';

/** One request's points as they are staged. */
export interface RequestChunk {
  readonly requestSequence: number;
  readonly payload: Uint8Array;
}

const insertChunk: CqlStatement = { kind: 'insert', table: chunkTable };
const selectChunks: CqlStatement = { kind: 'select', table: chunkTable };
const insertBlob: CqlStatement = { kind: 'insert', table: tchartTable };

export function chunkRow(request: SendRequest, payload: Uint8Array): CqlRow {
  return {
    tool: request.tool,
    context_sequence: request.contextSequence,
    request_sequence: request.requestSequence,
    payload,
  };
}

/**
 * Upsert of one chunk at quorum. The write timestamp is the context's start by the tool's clock: the same for every
 * attempt of every collector, so that repeats change nothing (cassandra-and-live P1, P2; delivery C39). A tool's clock
 * that is far off harms nothing: each row is only ever written with one timestamp, and expiry does not go by it (28).
 */
export function writeChunk(
  session: CqlSession,
  row: CqlRow,
  contextStartUs: number,
  timeoutMs: number,
): Promise<unknown> {
  return session.execute(insertChunk, row, upsert(contextStartUs, timeoutMs));
}

/** All chunks of a context, read at quorum, by rising request. Every acknowledged one is among them: 2 + 2 > 3 replicas. */
export async function readChunks(
  session: CqlSession,
  request: CompleteRequest,
  timeoutMs: number,
): Promise<RequestChunk[]> {
  const { rows } = await session.execute(
    selectChunks,
    { tool: request.tool, context_sequence: request.contextSequence },
    { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs },
  );
  return rows.map(chunkOf);
}

/**
 * Upsert of one T-chart blob. Bytes and timestamp depend on the context and the codec only; of two codecs the one with
 * the larger id wins (cassandra-and-live P2).
 */
export async function writeBlob(
  session: CqlSession,
  request: CompleteRequest,
  blobIndex: number,
  payload: Uint8Array,
  timeoutMs: number,
): Promise<void> {
  const timestampUs = Math.floor(request.endUs / 1000) * 1000 + defaultTChartCodec.id;
  await session.execute(
    insertBlob,
    {
      tool: request.tool,
      bucket_ms: tchartBucketMs(request.startUs),
      context_sequence: request.contextSequence,
      blob_index: blobIndex,
      payload,
    },
    upsert(timestampUs, timeoutMs),
  );
}

function upsert(timestampUs: number, timeoutMs: number): CqlOptions {
  return { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs, timestampUs };
}

function chunkOf(row: CqlRow): RequestChunk {
  const requestSequence = row['request_sequence'];
  const payload = row['payload'];
  if (typeof requestSequence !== 'number' || !(payload instanceof Uint8Array)) {
    throw new PortError('a row of chunk_staging without sequence or payload', 'invalid');
  }
  return { requestSequence, payload };
}
