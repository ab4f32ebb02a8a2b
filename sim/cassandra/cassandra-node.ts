import { HostClock, SimProcess } from '../kernel/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { HintStore } from './hint-store.ts';
import type { Place } from './topology.ts';
import { BatchLog } from './batch-log.ts';
import { WorkStage } from './work-stage.ts';
import type { StageName } from './work-stage.ts';

/** `concurrent_writes` and `concurrent_reads`. */
const stageWidth = 32;

function freshStages(): Readonly<Record<StageName, WorkStage>> {
  return { mutation: new WorkStage(stageWidth), read: new WorkStage(stageWidth) };
}

/** One server: a machine with its clock, the process on it, and what it remembers as a coordinator. */
export class CassandraNode {
  readonly index: number;
  readonly name: string;
  readonly host: number;
  /** Index of its data centre. */
  readonly datacentre: number;
  readonly rack: number;
  readonly clock: HostClock;
  process: SimProcess;
  /** Counts the starts: a message to an earlier process reaches nobody. */
  incarnation = 0;
  /** Multiplies every service time. */
  slowFactor = 1;
  /** Operations that a slow-down touched. */
  slowHits = 0;
  hints = new HintStore();
  batchlog = new BatchLog();
  stages: Readonly<Record<StageName, WorkStage>> = freshStages();
  /** Shares of requests that the coordinator refuses as overloaded, one for each fault in force. */
  readonly overloadShares: number[] = [];
  /** Its disk is lost and must be filled before it serves. */
  rebuilding = false;
  /** Requests that were refused so. */
  overloadHits = 0;
  lastBallotUs = 0;
  /** Mutations and reads that came too late and were dropped (expired in the queue). */
  droppedMessages = 0;
  /** Running at full speed and seen by all: operations on it may be computed at once. */
  calm = true;
  #lastTimestampUs = 0;
  readonly #kernel: Kernel;
  readonly #network: Network;

  constructor(kernel: Kernel, network: Network, index: number, name: string, place: Place) {
    this.#kernel = kernel;
    this.#network = network;
    this.index = index;
    this.name = name;
    this.datacentre = place.datacentre;
    this.rack = place.rack;
    this.host = network.addHost(name);
    this.clock = new HostClock(kernel);
    this.process = new SimProcess(kernel, name, `${name}/0`, this.clock);
  }

  /** The process exists and its machine runs; it may be paused. */
  get up(): boolean {
    return this.process.alive && this.#network.isUp(this.host);
  }

  /** Up and not paused. */
  get running(): boolean {
    return this.process.state === 'running' && this.#network.isUp(this.host);
  }

  nowSecond(inUs = 0): number {
    return Math.floor((this.clock.wallUs() + inUs) / 1e6);
  }

  /** A timestamp for a write whose client sent none: milliseconds of the own clock, never the same twice (cassandra-and-live 24). */
  nextTimestampUs(): number {
    const nowUs = Math.floor(this.clock.wallUs() / 1000) * 1000;
    this.#lastTimestampUs = Math.max(nowUs, this.#lastTimestampUs + 1);
    return this.#lastTimestampUs;
  }

  /** A ballot's time: the own clock, above all seen (cassandra-and-live 44). */
  nextBallotUs(aboveUs: number): number {
    this.lastBallotUs = Math.max(this.clock.wallUs(), this.lastBallotUs + 1, aboveUs + 1);
    return this.lastBallotUs;
  }

  startProcess(): void {
    this.incarnation++;
    this.stages = freshStages();
    this.process = new SimProcess(this.#kernel, this.name, `${this.name}/${this.incarnation}`, this.clock);
  }
}
