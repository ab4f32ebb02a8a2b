import { PortError } from '../ports/errors.ts';
import type { PortErrorCode } from '../ports/errors.ts';
import { formatRequestRanges, ingestTrailers } from '../ports/ingest-trailers.ts';
import type { RpcMetadata, RpcOutcome, RpcStatus } from '../ports/rpc.ts';
import type { RequestFault } from './request-check.ts';

/** Makes the answers of one collector: all carry its name, those that can be tried again a hint when. */
export class Outcomes {
  readonly #trailers: RpcMetadata;
  readonly #pushback: RpcMetadata;

  constructor(servedBy: string, retryPushbackMs: number) {
    this.#trailers = { 'served-by': servedBy };
    this.#pushback = { ...this.#trailers, [ingestTrailers.retryPushbackMs]: String(retryPushbackMs) };
  }

  ok(response: unknown): RpcOutcome {
    return { status: 'OK', message: '', response, metadata: this.#trailers };
  }

  /** OK all the same, with something to tell. */
  okFlagged(response: unknown, flags: RpcMetadata): RpcOutcome {
    return { status: 'OK', message: '', response, metadata: { ...this.#trailers, ...flags } };
  }

  invalid(fault: RequestFault): RpcOutcome {
    return {
      status: 'INVALID_ARGUMENT',
      message: `the request is refused: ${fault}`,
      metadata: { ...this.#trailers, [ingestTrailers.fault]: fault },
    };
  }

  overloaded(): RpcOutcome {
    return { status: 'RESOURCE_EXHAUSTED', message: 'too much in flight', metadata: this.#pushback };
  }

  missing(sequences: readonly number[]): RpcOutcome {
    return {
      status: 'FAILED_PRECONDITION',
      message: `${sequences.length} requests of the context are not stored`,
      metadata: { ...this.#trailers, [ingestTrailers.missingRequests]: formatRequestRanges(sequences) },
    };
  }

  /** For what a port ended with. A dependency that failed is UNAVAILABLE, though the effect may still come. */
  failed(error: unknown): RpcOutcome {
    const message = error instanceof Error ? error.message : String(error);
    const status = error instanceof PortError ? statusOf(error.code) : 'INTERNAL';
    return { status, message, metadata: status === 'INTERNAL' ? this.#trailers : this.#pushback };
  }
}

function statusOf(code: PortErrorCode): RpcStatus {
  switch (code) {
    case 'timeout':
    case 'disconnected':
    case 'write-timeout':
    case 'read-timeout':
    case 'no-responders':
    case 'unavailable':
    case 'connection-refused':
    case 'not-found':
      return 'UNAVAILABLE';
    case 'overloaded':
    case 'stream-full':
      return 'RESOURCE_EXHAUSTED';
    case 'wrong-revision':
    case 'conflict':
    case 'invalid':
      return 'INTERNAL';
  }
}
