import type { RaftReplica } from './raft-replica.ts';

type Due = (replica: RaftReplica) => void;

/**
 * The timers of one replica. They run in its server's process: a frozen one finds them when it wakes, a new life or a
 * calm group makes all earlier ones void.
 */
export class RaftTimers {
  readonly #replica: RaftReplica;
  readonly #campaign: Due;
  #incarnation = 0;
  #electionDeadlineUs = 0;
  #electionTimerUs = Infinity;

  constructor(replica: RaftReplica, campaign: Due) {
    this.#replica = replica;
    this.#campaign = campaign;
  }

  clear(): void {
    this.#incarnation++;
    this.#electionTimerUs = Infinity;
  }

  after(delayUs: number, due: Due): void {
    this.#replica.group.kernel.after(delayUs, RaftTimers.#due, { timers: this, due }, this.#incarnation);
  }

  /** Campaigns at that time, unless this is called again before: the timer is moved only when it comes. */
  awaitLeader(timeUs: number): void {
    const deadlineUs = Math.ceil(timeUs);
    this.#electionDeadlineUs = deadlineUs;
    if (deadlineUs >= this.#electionTimerUs) return;
    this.#electionTimerUs = deadlineUs;
    this.#replica.group.kernel.at(deadlineUs, RaftTimers.#electionTimer, this, this.#incarnation);
  }

  static #due(timer: Timer, incarnation: number): void {
    timer.timers.#replica.server.run(RaftTimers.#fire, timer, incarnation);
  }

  static #fire({ timers, due }: Timer, incarnation: number): void {
    if (timers.#incarnation === incarnation) due(timers.#replica);
  }

  /** Not yet in the server's process, so that a frozen one finds the deadline where it falls among what arrives. */
  static #electionTimer(timers: RaftTimers, incarnation: number): void {
    if (timers.#incarnation !== incarnation) return;
    const { nowUs } = timers.#replica.group.kernel;
    if (timers.#electionTimerUs <= nowUs) timers.#electionTimerUs = Infinity;
    if (timers.#electionDeadlineUs > nowUs) timers.awaitLeader(timers.#electionDeadlineUs);
    else timers.#replica.server.run(RaftTimers.#electionDue, timers, incarnation);
  }

  static #electionDue(timers: RaftTimers, incarnation: number): void {
    if (timers.#incarnation !== incarnation || timers.#replica.role === 'leader') return;
    if (timers.#electionDeadlineUs > timers.#replica.group.kernel.nowUs) {
      timers.awaitLeader(timers.#electionDeadlineUs);
    } else {
      timers.#campaign(timers.#replica);
    }
  }
}

interface Timer {
  readonly timers: RaftTimers;
  readonly due: Due;
}
