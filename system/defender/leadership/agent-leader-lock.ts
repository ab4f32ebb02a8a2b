import type { Clock } from '../../ports/clock.ts';
import { electionMethods } from '../../ports/election.ts';
import type {
  AcquireLeadershipRequest,
  AcquireLeadershipResponse,
  ReleaseLeadershipRequest,
  RenewLeadershipRequest,
  RenewLeadershipResponse,
} from '../../ports/election.ts';
import type { Process } from '../../ports/process.ts';
import type { Rpc } from '../../ports/rpc.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { AgentLeadership, DefenderSettings } from '../settings.ts';
import type { LeaderLock, LeadershipHandlers } from './leader-lock.ts';
import { Tenure } from './tenure.ts';

export interface AgentLeaderLockPorts {
  readonly clock: Clock;
  readonly rpc: Rpc;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

/**
 * Leadership as a lease that the Election Agent grants (delivery R20, C5; defender §2): a fault domain of its own beside
 * NATS. It is renewed at every beat that would be the last one in time, and believed in for a little less than it is
 * granted, as two clocks never run alike. A leader that cannot reach NATS gives it back: it could hold it for ever and
 * publish nothing.
 */
export class AgentLeaderLock implements LeaderLock {
  readonly #ports: AgentLeaderLockPorts;
  readonly #settings: DefenderSettings;
  readonly #leadership: AgentLeadership;
  readonly #candidate: string;
  readonly #tenure: Tenure;
  /** The highest term of any map that this member has seen. */
  readonly #seenTerm: () => number;
  #isCandidate = true;
  #isCalling = false;

  constructor(
    ports: AgentLeaderLockPorts,
    settings: DefenderSettings,
    leadership: AgentLeadership,
    defenderId: string,
    seenTerm: () => number,
    handlers: LeadershipHandlers,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#leadership = leadership;
    this.#seenTerm = seenTerm;
    this.#candidate = `${ports.process.uid} ${defenderId}`;
    const firmForMs = leadership.ttlMs - leadership.clockMarginMs;
    this.#tenure = new Tenure(ports, settings, defenderId, handlers, firmForMs);
  }

  get term(): number | undefined {
    return this.#tenure.term;
  }

  isHeldFirmly(): boolean {
    return this.#tenure.isFirm();
  }

  /** The first beat follows at once. */
  start(): void {
    this.#isCandidate = true;
  }

  stop(): void {
    this.#isCandidate = false;
  }

  async beat(): Promise<void> {
    const { term } = this;
    if (term === undefined) await this.#acquire();
    else if (this.#isRenewalDue()) await this.#renew(term);
  }

  async beatWithoutNats(sinceMs: number): Promise<void> {
    switch (this.#settings.policies.leaderWithoutNats) {
      case 'resigns':
        if (sinceMs >= this.#settings.leaderDeadAfterMs) await this.#giveBack('cannot reach NATS');
        else await this.beat();
        return;
      case 'stays':
        await this.beat();
        return;
    }
  }

  withdrawUnlessLeading(): void {
    if (this.term === undefined) this.#isCandidate = false;
  }

  async release(): Promise<void> {
    this.#isCandidate = false;
    await this.#giveBack('released');
  }

  stepDown(reason: string): void {
    if (this.#settings.policies.fencing === 'by-term') void this.#giveBack(reason);
  }

  abandon(reason: string): void {
    this.#isCandidate = false;
    void this.#giveBack(reason);
  }

  /** At the next beat it would be late. */
  #isRenewalDue(): boolean {
    const sinceMs = this.#ports.clock.monotonicMs() - this.#tenure.renewedAtMs;
    return sinceMs + this.#settings.heartbeatMs > this.#leadership.renewMs;
  }

  async #acquire(): Promise<void> {
    if (!this.#isCandidate || this.#isCalling) return;
    const request: AcquireLeadershipRequest = {
      candidate: this.#candidate,
      ttlMs: this.#leadership.ttlMs,
      seenTerm: this.#seenTerm(),
    };
    const startedMs = this.#ports.clock.monotonicMs();
    const response = await this.#call<AcquireLeadershipResponse>(electionMethods.acquire, request);
    if (response?.isGranted !== true) return;
    // What was granted too long ago may be another's by now, as after a freeze.
    const isLate =
      this.#ports.clock.monotonicMs() - startedMs >= this.#leadership.ttlMs - this.#leadership.clockMarginMs;
    if (this.#isCandidate && !isLate) this.#tenure.begin(response.term, startedMs);
    else await this.#release(response.term);
  }

  async #renew(term: number): Promise<void> {
    if (this.#isCalling) return;
    const request: RenewLeadershipRequest = {
      candidate: this.#candidate,
      term,
      ttlMs: this.#leadership.ttlMs,
    };
    const startedMs = this.#ports.clock.monotonicMs();
    const response = await this.#call<RenewLeadershipResponse>(electionMethods.renew, request);
    if (this.term !== term) return;
    if (response?.isHeld === true) this.#tenure.renewed(startedMs);
    if (this.#settings.policies.fencing === 'none') return;
    if (response?.isHeld === false) this.#tenure.end('another process has the lease');
    else if (!this.isHeldFirmly()) this.#tenure.end('could not renew in time');
  }

  async #giveBack(reason: string): Promise<void> {
    const { term } = this;
    if (term === undefined) return;
    this.#tenure.end(reason);
    await this.#release(term);
  }

  /** Lost on the way, the lease runs out in its time. */
  async #release(term: number): Promise<void> {
    const request: ReleaseLeadershipRequest = { candidate: this.#candidate, term };
    await this.#call(electionMethods.release, request);
  }

  /** Undefined for every outcome but OK: nothing can be said then. */
  #call<Response>(method: string, request: unknown): Promise<Response | undefined> {
    this.#isCalling = true;
    const { promise, resolve } = Promise.withResolvers<Response | undefined>();
    const options = { metadata: {}, deadlineMs: this.#leadership.callTimeoutMs };
    this.#ports.rpc.call(this.#leadership.target, method, request, options, ({ status, response }) => {
      this.#isCalling = false;
      resolve(status === 'OK' ? (response as Response) : undefined);
    });
    return promise;
  }
}
