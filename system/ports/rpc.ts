/** The gRPC status codes that occur here (their names as in the gRPC specification). */
export type RpcStatus =
  | 'OK'
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE';

export type RpcMetadata = Readonly<Record<string, string>>;

/** What a unary call ended with. `response` is there exactly when `status` is OK. */
export interface RpcOutcome {
  readonly status: RpcStatus;
  readonly message: string;
  readonly response?: unknown;
  /** Trailers: for example `served-by`, `colour`. */
  readonly metadata: RpcMetadata;
}

/** A call as a server sees it. */
export interface RpcCall {
  readonly method: string;
  readonly metadata: RpcMetadata;
  readonly request: unknown;
  /** Milliseconds the caller still waits, when the call arrived. */
  readonly deadlineMs: number;
}

/** Callback style, as gRPC servers in Node have it: the path of every request awaits nothing that it need not. */
export type RpcHandler = (call: RpcCall, reply: (outcome: RpcOutcome) => void) => void;

export interface RpcServer {
  /** Stops accepting; calls in flight finish. Resolves when none is left. */
  close(): Promise<void>;
}

export interface RpcCallOptions {
  readonly metadata: RpcMetadata;
  readonly deadlineMs: number;
}

export interface Rpc {
  /** Serves methods (`/tfdc.v1.IngestService/Send`) on a port of this process. */
  serve(port: number, methods: Readonly<Record<string, RpcHandler>>): RpcServer;
  /**
   * One unary call to a service name (`collector-blue:9000`), balanced over its ready endpoints. Never throws; the
   * callback comes once. UNAVAILABLE with metadata `sent: 'no'` means that it never left; otherwise it may have happened.
   */
  call(
    target: string,
    method: string,
    request: unknown,
    options: RpcCallOptions,
    done: (outcome: RpcOutcome) => void,
  ): void;
}
