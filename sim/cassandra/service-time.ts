import {
  alarmTable,
  chunkTable,
  qualifiedTable,
  tchartTable,
  uchartTable,
} from '../../system/ports/tables.ts';
import { mix32 } from '../kernel/index.ts';
import type { NetworkOptions } from '../network/index.ts';

/** Median time a replica works on one statement, in microseconds. */
export interface OperationTimes {
  readonly writeUs: number;
  readonly readUs: number;
}

export interface ServiceTimes {
  /** Of the logarithm: service times are log-normal. */
  readonly sigma: number;
  readonly byTable: Readonly<Record<string, OperationTimes>>;
  readonly others: OperationTimes;
  /** One step of Paxos (prepare, propose, commit) on one replica. */
  readonly paxosStepUs: number;
}

/**
 * Where the numbers come from: T-chart read ~700 ms with what the client adds (delivery R169), U-chart history 300 ms
 * on a miss (R170), U-chart store 300 ms (R173). Chunks and claims carry no number in the seeds: small writes take
 * about 1 ms, a context's 40 chunks about 30 ms, a claim of four rounds about 20 ms.
 */
export const defaultServiceTimes: ServiceTimes = {
  sigma: 0.25,
  byTable: {
    [chunkTable.name]: { writeUs: 1_000, readUs: 30_000 },
    [tchartTable.name]: { writeUs: 10_000, readUs: 500_000 },
    [uchartTable.name]: { writeUs: 300_000, readUs: 300_000 },
    [qualifiedTable.name]: { writeUs: 5_000, readUs: 100_000 },
    [alarmTable.name]: { writeUs: 4_000, readUs: 5_000 },
  },
  others: { writeUs: 2_000, readUs: 5_000 },
  paxosStepUs: 4_000,
};

const quantileCount = 1024;
const quantileMask = quantileCount - 1;

/** Inverse of the normal distribution by bisection of its cumulative series; only used to fill a table. */
function normalQuantile(probability: number): number {
  let low = -6;
  let high = 6;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Taylor series around 0: exact enough for |x| ≤ 6. */
function normalCumulative(x: number): number {
  let term = x;
  let sum = x;
  for (let index = 1; index < 200 && Math.abs(term) > 1e-16; index++) {
    term *= (x * x) / (2 * index + 1);
    sum += term;
  }
  return 0.5 + sum * Math.exp((-x * x) / 2) * 0.398_942_280_401_432_7;
}

/**
 * All delays of one operation, as a function of its own random number and of the step: whoever computes them, and
 * when, gets the same. That is what lets an elided operation turn into messages half-way. The distributions are
 * tables of 1,024 quantiles, so the tail ends at 3.3 sigma.
 */
export class LatencyPlan {
  readonly times: ServiceTimes;
  readonly #linkUs = new Int32Array(quantileCount);
  readonly #factors = new Float64Array(quantileCount);

  constructor(network: NetworkOptions, times: ServiceTimes) {
    this.times = times;
    for (let index = 0; index < quantileCount; index++) {
      const probability = (index + 0.5) / quantileCount;
      this.#linkUs[index] = Math.round(network.baseDelayUs - network.jitterUs * Math.log(1 - probability));
      this.#factors[index] = Math.exp(times.sigma * normalQuantile(probability));
    }
  }

  /** 30 bits of chance for one step with one replica. */
  draw(seed: number, step: number): number {
    return mix32(seed ^ Math.imul(step + 1, 0x9e3779b1));
  }

  outUs(draw: number): number {
    return this.#linkUs[draw & quantileMask] as number;
  }

  backUs(draw: number): number {
    return this.#linkUs[(draw >>> 20) & quantileMask] as number;
  }

  serviceUs(draw: number, medianUs: number): number {
    return Math.round(medianUs * (this.#factors[(draw >>> 10) & quantileMask] as number));
  }

  /** 99th percentile of a service time, two healthy links included. */
  percentile99Us(medianUs: number): number {
    const index = Math.floor(quantileCount * 0.99);
    return Math.round(medianUs * (this.#factors[index] as number)) + 2 * (this.#linkUs[index] as number);
  }

  /** Median of one statement on one replica. */
  of(tableName: string): OperationTimes {
    return this.times.byTable[tableName] ?? this.times.others;
  }
}

/** Steps of an operation: the client's link, then each phase with each replica. */
export const clientStep = 0;

export function replicaStep(phase: number, ordinal: number): number {
  return 1 + phase * 64 + ordinal;
}
