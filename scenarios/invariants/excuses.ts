import { colours, type Colour } from '../../system/ports/colour.ts';

/** Faults of one family that excuse something, where they hit what matters. */
export interface ExcusingFault {
  /** Prefix of the fault's kind. */
  readonly kind: string;
  /** Parts of target names, of which one target must have one; absent: whatever it hit. */
  readonly touching?: readonly string[];
}

/**
 * Excuses are data: which faults excuse a rule, on which dependency, and for how long after their end. What is excused
 * is counted and shown; loss and double effects are never excused (DESIGN, faults and verdicts).
 */
export interface Excuse {
  readonly reason: string;
  readonly faults: readonly ExcusingFault[];
  readonly graceUs: number;
}

const secondUs = 1_000_000;
const defenders = ['defender-'];

/** Cassandra cannot answer in time; drivers need until their reconnection to come back (cassandra-and-live 1.1). */
export const cassandraImpaired: Excuse = {
  reason: 'Cassandra impaired',
  faults: [{ kind: 'cassandra.' }, { kind: 'link.', touching: ['- cassandra'] }],
  graceUs: 60 * secondUs,
};

/**
 * NATS without quorum, a server with a defect, a client cut off, or acks lost: redelivery after the ack wait, stalls of the
 * pull (jetstream 22, 77).
 */
export const natsImpaired: Excuse = {
  reason: 'NATS impaired',
  faults: [
    { kind: 'nats.' },
    { kind: 'jetstream.' },
    { kind: 'kafka.' },
    { kind: 'link.', touching: ['- nats'] },
  ],
  graceUs: 90 * secondUs,
};

/** What was cut off is heard again with the next retransmission: after as long as the cut was, 120 s at most, and a while to catch up. */
export const natsConnectionsHeal: Excuse = {
  reason: 'connections to NATS wait for their next retransmission',
  faults: [{ kind: 'nats.client-cut' }, { kind: 'link.', touching: ['- nats'] }],
  graceUs: 130 * secondUs,
};

/** Whether a leader can renew is up to a cluster that has lost servers or is divided; over a bad link some calls get through. */
export const natsDivided: Excuse = {
  reason: 'NATS servers down or divided, or hard to reach',
  faults: [
    { kind: 'nats.partition' },
    { kind: 'nats.kill-node' },
    { kind: 'nats.pause-node' },
    { kind: 'nats.power-loss' },
    { kind: 'nats.shut-down-node' },
    { kind: 'link.', touching: ['- nats'] },
  ],
  graceUs: 90 * secondUs,
};

/** Nobody grants leadership; an agent that starts waits out the leases of its last life (10 s). */
export const electionAgentImpaired: Excuse = {
  reason: 'Election Agent impaired',
  faults: [
    { kind: 'pod.kill', touching: ['election-agent-'] },
    { kind: 'pod.freeze', touching: ['election-agent-'] },
    { kind: 'link.', touching: ['- election-agent'] },
    { kind: 'node.' },
  ],
  graceUs: 30 * secondUs,
};

/** Defenders died, froze or moved: their contexts wait for detection, reassignment and redelivery, others for room. */
export const defendersDisturbed: Excuse = {
  reason: 'Defenders killed, frozen or replaced',
  faults: [
    { kind: 'pod.kill', touching: defenders },
    { kind: 'pod.freeze', touching: defenders },
    { kind: 'operator.rolling-update', touching: defenders },
    { kind: 'operator.scale', touching: defenders },
    { kind: 'node.' },
  ],
  graceUs: 90 * secondUs,
};

/** A Defender that stands still is taken for dead, and does nothing in time. */
export const defendersFrozen: Excuse = {
  reason: 'Defenders frozen',
  faults: [{ kind: 'pod.freeze', touching: defenders }],
  graceUs: 30 * secondUs,
};

/** Pods or machines that fail take the room, and the quorum of ready pods, that an update needs. */
export const capacityTaken: Excuse = {
  reason: 'Defenders or machines failing meanwhile',
  faults: [
    { kind: 'pod.kill', touching: defenders },
    { kind: 'pod.freeze', touching: defenders },
    { kind: 'node.' },
  ],
  graceUs: 180 * secondUs,
};

/**
 * Pods that are not ready count as missing: an update waits with its surge, whose standbys take free ids after their
 * hold-off (defender §6), and a budget lets nobody go.
 */
export const readinessFlapping: Excuse = {
  reason: 'readiness of Defenders flaps',
  faults: [{ kind: 'kubelet.', touching: defenders }],
  graceUs: 30 * secondUs,
};

/** Whoever tells the list, or the gateway that has to hear it, is cut off, gone or standing still. */
export const listDelayed: Excuse = {
  reason: 'a gateway, Management or the rollout controller cut off, down or not understood',
  faults: [
    { kind: 'gateway.' },
    { kind: 'management.errors' },
    { kind: 'management.lost-push' },
    { kind: 'management.bad-list' },
    { kind: 'routing.gateway-restart' },
    { kind: 'pod.kill', touching: ['gateway', 'management', 'rollout'] },
    { kind: 'pod.freeze', touching: ['gateway', 'management', 'rollout'] },
    { kind: 'operator.rolling-update', touching: ['gateway', 'management', 'rollout'] },
    { kind: 'operator.scale', touching: ['gateway'] },
    { kind: 'kubelet.', touching: ['gateway', 'management', 'rollout'] },
    { kind: 'link.', touching: ['- management'] },
    { kind: 'node.' },
  ],
  graceUs: 30 * secondUs,
};

/** As `listDelayed`, for a gateway that can be reached again: its own cut is over and excuses nothing. */
export const listNotTold: Excuse = {
  reason: 'Management, the gateway or the way between them disturbed',
  faults: listDelayed.faults.filter(({ kind }) => kind !== 'gateway.'),
  graceUs: listDelayed.graceUs,
};

/** Nothing a tool sends can be stored: it must keep it, and what it keeps is finite. */
export const ingestInterrupted: Excuse = {
  reason: 'the way from the tools into the store interrupted',
  faults: [
    { kind: 'cassandra.' },
    { kind: 'nats.' },
    { kind: 'link.' },
    { kind: 'node.' },
    { kind: 'pod.kill', touching: ['gateway', 'collector-'] },
    { kind: 'pod.freeze', touching: ['gateway', 'collector-'] },
    { kind: 'operator.scale', touching: ['gateway', 'collector-'] },
    { kind: 'kubelet.', touching: ['gateway', 'collector-'] },
  ],
  graceUs: 300 * secondUs,
};

/** Whether a fault that hit these targets belongs to this excuse. */
export function isExcusedBy(excuse: Excuse, faultKind: string, targets: readonly string[]): boolean {
  return excuse.faults.some(
    ({ kind, touching }) =>
      faultKind.startsWith(kind) &&
      (touching === undefined || targets.some((target) => touching.some((part) => target.includes(part)))),
  );
}

/** The colours that a fault's targets belong to; both where none of them has a colour. */
export function coloursTouched(targets: readonly string[]): readonly Colour[] {
  const named = colours.filter((colour) => targets.some((target) => target.includes(colour)));
  return named.length === 0 ? colours : named;
}
