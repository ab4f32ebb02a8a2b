import type { CqlSession } from '../../../system/ports/cql.ts';
import type { WideOptions, WideOutcome, WideStatement } from '../../../system/ports/cql-wide.ts';

/** A ring that can be used: real or modelled. Nodes and clients are counted from 0; times are its own. */
export interface UsedRing {
  /** The wall clock's microseconds at the rig's start: a whole second. */
  readonly baseUs: number;
  /** Microseconds since the base. */
  nowUs(): number;
  sleepUntil(timeUs: number): Promise<void>;
  execute(client: number, statement: WideStatement, options: WideOptions): Promise<WideOutcome>;
}

/** One that can also be broken. */
export interface Rig extends UsedRing {
  readonly nodeCount: number;
  /** A session as the system uses it, with the driver's own retries and timestamps. */
  systemSession(): Promise<CqlSession>;

  kill(node: number): Promise<void>;
  /** SIGTERM. */
  stop(node: number): Promise<void>;
  /** Starts it again; resolves when it serves. */
  restart(node: number): Promise<void>;
  pause(node: number): void;
  resume(node: number): void;
  cutOneWay(from: number, to: number): void;
  /** Messages of one node to another arrive so much later; 0 ends it. */
  delay(from: number, to: number, milliseconds: number): void;
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

/** Resolves when every client gets answers of a node that was started again: drivers come back in their own time. */
export async function awaitService(
  rig: Rig,
  node: number,
  clientCount: number,
  probe: WideStatement,
): Promise<void> {
  const giveUpUs = rig.nowUs() + 90_000_000;
  for (let client = 0; client < clientCount;) {
    const options = { consistency: 'ONE', coordinator: node, timeoutMs: 2_000 } as const;
    const outcome = await rig.execute(client, probe, options);
    if (outcome.kind === 'rows') client++;
    else if (rig.nowUs() > giveUpUs) throw new Error(`client ${client} does not come back to node ${node}`);
    else await rig.sleepUntil(rig.nowUs() + 200_000);
  }
}
