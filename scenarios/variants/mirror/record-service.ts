import type { CqlSession, CqlTable } from '../../../system/ports/cql.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { RpcOutcome } from '../../../system/ports/rpc.ts';
import { misdirected } from '../../../system/routing/variants/mirror/isolation.ts';
import type { StagePorts } from '../stage.ts';

/** What a tool of the stage sends. */
export interface RecordRequest {
  readonly tool: string;
  readonly sequence: number;
  readonly value: number;
}

export const recordTable: CqlTable = {
  name: 'records',
  partitionKey: ['tool'],
  clusteringKey: ['sequence'],
  columns: { tool: 'text', sequence: 'bigint', digest: 'bigint', writer: 'text' },
  defaultTtlSeconds: 0,
};

export interface RecordServiceOptions {
  readonly runsAsShadow: boolean;
  /** What this version makes of a value. */
  readonly compute: (value: number) => { readonly digest: number; readonly alarm: boolean };
  readonly delayMs: () => number;
}

const storeTimeoutMs = 2000;

/** What collector and Defender are to a mirror: a service that computes, stores, and answers. */
export function startRecordService(
  { rpc, clock }: Pick<StagePorts, 'rpc' | 'clock'>,
  session: CqlSession,
  { runsAsShadow, compute, delayMs }: RecordServiceOptions,
): void {
  const store = async (request: RecordRequest): Promise<RpcOutcome> => {
    await clock.sleep(delayMs());
    const { digest, alarm } = compute(request.value);
    const values = {
      tool: request.tool,
      sequence: request.sequence,
      digest,
      writer: runsAsShadow ? 'shadow' : 'live',
    };
    try {
      await session.execute({ kind: 'insert', table: recordTable }, values, {
        consistency: 'LOCAL_QUORUM',
        idempotent: true,
        timeoutMs: storeTimeoutMs,
      });
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { status: 'UNAVAILABLE', message: error.message, metadata: {} };
    }
    return { status: 'OK', message: '', response: { digest, alarm }, metadata: {} };
  };
  rpc.serve(9000, {
    [ingestMethods.send]: (call, reply) => {
      const refusal = misdirected(runsAsShadow, call.metadata);
      if (refusal === undefined) void store(call.request as RecordRequest).then(reply);
      else reply(refusal);
    },
  });
}
