import { RandomStream } from '../../../../sim/kernel/index.ts';
import type { WideConsistency, WideOutcome, WideStatement } from '../../../../system/ports/cql-wide.ts';
import { clientSkewsUs } from '../observation.ts';
import type { Rig } from '../rig.ts';
import { conformanceTables } from '../tables.ts';
import { begin, drawPlan, end, victimsOf, type FaultSpec } from './fault-plan.ts';
import { valueIn, type FaultHistory, type FaultOperation, type HistoryEntry } from './history.ts';

const table = conformanceTables.single;
const registers = 8;
const chains = 4;
/** Shorter than the server's patience, so that clients give up on what still happens (cassandra-and-live 61). */
const patienceMs = 3_000;
const clientCount = clientSkewsUs.length;

/**
 * Clients that write, read and claim on a ring of three while one fault after the other comes and goes; then everything
 * heals, is repaired and is looked at. Rejects where a node does not come back.
 */
export async function runFaults(rig: Rig, seed: bigint): Promise<FaultHistory> {
  const plan = drawPlan(new RandomStream(seed, 'conformance', 'plan'));
  const run = new FaultRun(rig, seed);
  for (const fault of plan) await run.during(fault);
  await run.calm(2_000);
  for (let observer = 0; observer < rig.nodeCount; observer++) {
    for (let subject = 0; subject < rig.nodeCount; subject++) {
      if (observer !== subject) await rig.awaitView(observer, subject, 'up');
    }
  }
  // Finishes claims that are open, before all replicas are made equal.
  for (let chain = 0; chain < chains; chain++) await run.read(chainKey(chain), 'SERIAL', 0);
  await rig.repair();
  const finals = new Map<string, readonly (number | undefined)[]>();
  for (const key of allKeys()) {
    const values: (number | undefined)[] = [];
    for (let node = 0; node < rig.nodeCount; node++) {
      const outcome = await run.read(key, 'ONE', node);
      if (outcome.kind !== 'rows') throw new Error(`node ${node} does not answer after all is healed`);
      values.push(valueIn(outcome));
    }
    finals.set(key, values);
  }
  return { entries: run.entries, finals };
}

class FaultRun {
  readonly entries: HistoryEntry[] = [];
  readonly #rig: Rig;
  readonly #prefix: string;
  readonly #randoms: readonly RandomStream[];
  /** What each client last saw of each chain. */
  readonly #believed: Map<string, number>[];
  #values = 0;
  #lastStampUs = 0;
  #fault: FaultSpec | undefined;
  /** While a fault begins or ends: nodes go and come one by one. */
  #changing = false;
  #clientsEnd = 0;

  constructor(rig: Rig, seed: bigint) {
    this.#rig = rig;
    this.#prefix = `faults-${seed}`;
    this.#randoms = clientSkewsUs.map((_, client) => new RandomStream(seed, 'conformance', client));
    this.#believed = clientSkewsUs.map(() => new Map());
  }

  /** Clients work before, while and after the fault is there. */
  async during(fault: FaultSpec): Promise<void> {
    this.#clientsEnd = Infinity;
    const working = Array.from({ length: clientCount }, (_, client) => this.#work(client));
    const rig = this.#rig;
    await rig.sleepUntil(rig.nowUs() + 300_000);
    this.#changing = true;
    this.#fault = fault;
    await begin(rig, fault);
    this.#changing = false;
    await rig.sleepUntil(rig.nowUs() + fault.lastsMs * 1000);
    this.#changing = true;
    await end(rig, fault);
    this.#fault = undefined;
    this.#changing = false;
    await rig.sleepUntil(rig.nowUs() + 300_000);
    this.#clientsEnd = 0;
    await Promise.all(working);
  }

  async calm(milliseconds: number): Promise<void> {
    await this.#rig.sleepUntil(this.#rig.nowUs() + milliseconds * 1000);
  }

  read(key: string, consistency: WideConsistency, coordinator: number): Promise<WideOutcome> {
    return this.#rig.execute(
      0,
      { kind: 'select', table, values: this.#key(key) },
      { consistency, coordinator, timeoutMs: 12_000 },
    );
  }

  async #work(client: number): Promise<void> {
    const random = this.#randoms[client] as RandomStream;
    while (this.#rig.nowUs() < this.#clientsEnd) {
      await this.#one(client, random);
      await this.#rig.sleepUntil(this.#rig.nowUs() + random.integer(5_000, 40_000));
    }
  }

  async #one(client: number, random: RandomStream): Promise<void> {
    const { operation, consistency } = this.#draw(client, random);
    const coordinator = random.integer(0, this.#rig.nodeCount - 1);
    const fault = this.#faultAt(coordinator);
    const startUs = this.#rig.nowUs();
    const outcome = await this.#rig.execute(client, this.#statement(operation), {
      consistency,
      coordinator,
      timeoutMs: patienceMs,
      ...(operation.kind === 'put' || operation.kind === 'remove'
        ? { clientTimestampUs: this.#rig.baseUs + operation.stampUs }
        : {}),
    });
    const still = this.#faultAt(coordinator);
    const endUs = this.#rig.nowUs();
    this.entries.push({
      operation,
      consistency,
      coordinator,
      fault: fault === still ? fault : `${fault} / ${still}`,
      startUs,
      endUs,
      outcome,
    });
    this.#learn(client, operation, outcome);
  }

  #draw(
    client: number,
    random: RandomStream,
  ): { readonly operation: FaultOperation; readonly consistency: WideConsistency } {
    const key = `r${random.integer(0, registers - 1)}`;
    const choice = random.integer(0, 99);
    const level = (): WideConsistency => (random.integer(0, 4) === 0 ? 'ALL' : 'QUORUM');
    if (choice < 35) {
      const value = ++this.#values;
      return { operation: { kind: 'put', key, value, stampUs: this.#nextStampUs() }, consistency: level() };
    }
    if (choice < 42)
      return { operation: { kind: 'remove', key, stampUs: this.#nextStampUs() }, consistency: level() };
    if (choice < 65) return { operation: { kind: 'read', key }, consistency: level() };
    if (choice < 70) return { operation: { kind: 'read', key }, consistency: 'ONE' };
    const chain = chainKey(random.integer(0, chains - 1));
    if (choice < 90) {
      const value = ++this.#values;
      const expected = this.#believed[client]?.get(chain);
      return { operation: { kind: 'claim', key: chain, value, expected }, consistency: 'QUORUM' };
    }
    return { operation: { kind: 'serial-read', key: chain }, consistency: 'SERIAL' };
  }

  #learn(client: number, operation: FaultOperation, outcome: WideOutcome): void {
    const believed = this.#believed[client];
    if (operation.kind === 'claim' && outcome.kind === 'conditional' && outcome.applied) {
      believed?.set(operation.key, operation.value);
      return;
    }
    if (operation.kind !== 'claim' && operation.kind !== 'serial-read') return;
    const value = valueIn(outcome);
    if (value !== undefined) believed?.set(operation.key, value);
  }

  #statement(operation: FaultOperation): WideStatement {
    const values = this.#key(operation.key);
    switch (operation.kind) {
      case 'put':
        return { kind: 'insert', table, values: { ...values, a: operation.value } };
      case 'remove':
        return { kind: 'delete', table, values };
      case 'read':
      case 'serial-read':
        return { kind: 'select', table, values };
      case 'claim': {
        const { value, expected } = operation;
        if (expected === undefined) {
          return {
            kind: 'insert',
            table,
            values: { ...values, a: value },
            condition: { kind: 'if-not-exists' },
          };
        }
        const columns = [{ column: 'a', operator: '=', value: expected }] as const;
        return { kind: 'update', table, values: { ...values, a: value }, condition: { kind: 'if', columns } };
      }
    }
  }

  #key(key: string): { readonly k: string } {
    return { k: `${this.#prefix}/${key}` };
  }

  #faultAt(coordinator: number): string {
    const fault = this.#fault;
    if (this.#changing) return 'changing';
    if (fault === undefined) return 'none';
    return `${fault.kind}${victimsOf(fault).includes(coordinator) ? ' of the coordinator' : ''}`;
  }

  #nextStampUs(): number {
    this.#lastStampUs = Math.max(this.#lastStampUs + 1, this.#rig.nowUs());
    return this.#lastStampUs;
  }
}

function chainKey(chain: number): string {
  return `c${chain}`;
}

function allKeys(): readonly string[] {
  return [
    ...Array.from({ length: registers }, (_, index) => `r${index}`),
    ...Array.from({ length: chains }, (_, index) => chainKey(index)),
  ];
}
