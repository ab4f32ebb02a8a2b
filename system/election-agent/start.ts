import { electionMethods } from '../ports/election.ts';
import type {
  AcquireLeadershipRequest,
  AcquireLeadershipResponse,
  ReleaseLeadershipResponse,
  RenewLeadershipResponse,
} from '../ports/election.ts';
import { PortError } from '../ports/errors.ts';
import type { Ports } from '../ports/index.ts';
import type { RpcHandler, RpcOutcome, RpcStatus } from '../ports/rpc.ts';
import { firstGrant, Lease } from './lease.ts';
import type { Grant } from './lease.ts';
import { isAcquire, isRelease, isRenew } from './requests.ts';
import type { ElectionAgentSettings } from './settings.ts';

export type ElectionAgentPorts = Pick<Ports, 'clock' | 'rpc' | 'process' | 'store' | 'telemetry'>;

export const electionStoreKey = 'election-grant';
const storeRetryMs = 500;

/**
 * Starts the Election Agent of one colour (delivery R20, C5; defender §2): hands leadership out as a lease with a term
 * that only rises. A grant is on disk before it is told, so that no term is ever told twice; renewals are kept in memory
 * alone, and an agent that starts waits out the longest lease that its last life may have renewed.
 *
 * INVALID_ARGUMENT: not a message of `election.proto`, or a lease longer than is granted. UNAVAILABLE: the disk does not
 * take the grant, or another grant is being written; nothing was granted.
 *
 * Not modelled: several agents with a quorum of their own; one agent's death delays elections by as long as it is away.
 */
export async function startElectionAgent(
  ports: ElectionAgentPorts,
  settings: ElectionAgentSettings,
): Promise<void> {
  const { clock, process, rpc } = ports;
  const found = await loadGrant(ports);
  const office = new Office(ports, settings, new Lease(found, clock.monotonicMs(), settings.longestTtlMs));
  const server = rpc.serve(settings.port, office.handlers());
  process.onTerminate(() => {
    process.setReady(false);
    void server.close().then(() => process.exit(0));
  });
  process.setReady(true);
}

async function loadGrant({ clock, store }: ElectionAgentPorts): Promise<Grant> {
  for (;;) {
    try {
      const text = await store.load(electionStoreKey);
      return text === undefined ? firstGrant : parseGrant(text);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      await clock.sleep(storeRetryMs);
    }
  }
}

function parseGrant(text: string): Grant {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && 'holder' in value && 'term' in value) {
    const { holder, term } = value;
    if (typeof holder === 'string' && Number.isSafeInteger(term)) return { holder, term: Number(term) };
  }
  throw new TypeError(`the stored grant is none: ${text.slice(0, 100)}`);
}

/** Answers the three calls from one lease. */
class Office {
  readonly #ports: ElectionAgentPorts;
  readonly #settings: ElectionAgentSettings;
  readonly #lease: Lease;
  #isWriting = false;

  constructor(ports: ElectionAgentPorts, settings: ElectionAgentSettings, lease: Lease) {
    this.#ports = ports;
    this.#settings = settings;
    this.#lease = lease;
  }

  handlers(): Readonly<Record<string, RpcHandler>> {
    return {
      [electionMethods.acquire]: ({ request }, reply) => {
        if (isAcquire(request) && this.#isGrantable(request.ttlMs)) this.#acquire(request, reply);
        else reply(malformed);
      },
      [electionMethods.renew]: ({ request }, reply) => {
        if (!isRenew(request) || !this.#isGrantable(request.ttlMs)) return reply(malformed);
        const nowMs = this.#ports.clock.monotonicMs();
        const isHeld = this.#lease.renew(request.candidate, request.term, nowMs, nowMs + request.ttlMs);
        reply(ok<RenewLeadershipResponse>({ isHeld }));
      },
      [electionMethods.release]: ({ request }, reply) => {
        if (!isRelease(request)) return reply(malformed);
        this.#lease.release(request.candidate, request.term, this.#ports.clock.monotonicMs());
        reply(ok<ReleaseLeadershipResponse>({}));
      },
    };
  }

  #isGrantable(ttlMs: number): boolean {
    return ttlMs <= this.#settings.longestTtlMs;
  }

  #acquire(request: AcquireLeadershipRequest, reply: (outcome: RpcOutcome) => void): void {
    const { candidate, seenTerm, ttlMs } = request;
    const answer = this.#lease.acquire(candidate, seenTerm, this.#ports.clock.monotonicMs());
    switch (answer.kind) {
      case 'refused':
        reply(ok<AcquireLeadershipResponse>({ isGranted: false, term: answer.term }));
        return;
      case 'grant':
        if (this.#isWriting) reply(failed('UNAVAILABLE', 'another grant is being written'));
        else void this.#grant(answer.grant, ttlMs, reply);
        return;
    }
  }

  async #grant(grant: Grant, ttlMs: number, reply: (outcome: RpcOutcome) => void): Promise<void> {
    const { clock, store, telemetry } = this.#ports;
    this.#isWriting = true;
    try {
      await store.save(electionStoreKey, JSON.stringify(grant));
      this.#lease.granted(grant, clock.monotonicMs() + ttlMs);
      telemetry.gauge('tfdc_election_term', {}).set(grant.term);
      reply(ok<AcquireLeadershipResponse>({ isGranted: true, term: grant.term }));
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#lease.burn(grant.term);
      reply(failed('UNAVAILABLE', 'the grant could not be written'));
    } finally {
      this.#isWriting = false;
    }
  }
}

function ok<Response>(response: Response): RpcOutcome {
  return { status: 'OK', message: '', response, metadata: {} };
}

function failed(status: RpcStatus, message: string): RpcOutcome {
  return { status, message, metadata: {} };
}

const malformed = failed(
  'INVALID_ARGUMENT',
  'expected a message of election.proto with a lease that is granted',
);
