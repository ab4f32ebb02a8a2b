import type { WideOptions, WideOutcome, WideStatement } from '../../../system/ports/cql-wide.ts';

/** A ring that can be used and broken: real or modelled. Nodes and clients are counted from 0; times are its own. */
export interface Rig {
  readonly nodeCount: number;
  /** The wall clock's microseconds at the rig's start: a whole second. */
  readonly baseUs: number;
  /** Microseconds since the base. */
  nowUs(): number;
  sleepUntil(timeUs: number): Promise<void>;
  execute(client: number, statement: WideStatement, options: WideOptions): Promise<WideOutcome>;

  kill(node: number): Promise<void>;
  /** SIGTERM. */
  stop(node: number): Promise<void>;
  /** Starts it again; resolves when it serves. */
  restart(node: number): Promise<void>;
  pause(node: number): void;
  resume(node: number): void;
  cutOneWay(from: number, to: number): void;
  cut(one: number, other: number): void;
  heal(one: number, other: number): void;
  cutClients(node: number): void;
  healClients(node: number): void;
  /** Of a node that does not run. */
  loseDisk(node: number): void;
  /** Anti-entropy repair of everything (cassandra-and-live 42). */
  repair(): Promise<void>;
  /** Writes memtables to disk and compacts the table: what may be purged is purged. */
  compact(node: number): Promise<void>;
  /** Resolves when `observer` holds `subject` for down, or for up. */
  awaitView(observer: number, subject: number, view: 'up' | 'down'): Promise<void>;
  close(): Promise<void>;
}
