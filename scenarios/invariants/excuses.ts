/**
 * Excuses are data: which faults excuse a rule, on which dependency, and for how long after their end. What is excused
 * is counted and shown; loss and double effects are never excused (DESIGN, faults and verdicts).
 */
export interface Excuse {
  readonly reason: string;
  /** Prefixes of fault kinds. */
  readonly faultKinds: readonly string[];
  readonly graceUs: number;
}

const secondUs = 1_000_000;

/** Cassandra cannot answer in time; drivers need until their reconnection to come back (cassandra-and-live 1.1). */
export const cassandraImpaired: Excuse = {
  reason: 'Cassandra impaired',
  faultKinds: ['cassandra.', 'link.'],
  graceUs: 60 * secondUs,
};

/** NATS without quorum, a client cut off, or acks lost: redelivery after the ack wait, stalls of the pull (jetstream 22, 77). */
export const natsImpaired: Excuse = {
  reason: 'NATS impaired',
  faultKinds: ['nats.', 'link.'],
  graceUs: 90 * secondUs,
};

/** Processes died, froze or moved: their contexts wait for detection, reassignment and redelivery. */
export const podsDisturbed: Excuse = {
  reason: 'pods killed, frozen or replaced',
  faultKinds: ['pod.', 'node.', 'operator.rolling-update', 'operator.scale'],
  graceUs: 90 * secondUs,
};

export const gatewayCut: Excuse = {
  reason: 'gateway cut off from Management',
  faultKinds: ['gateway.', 'pod.kill', 'pod.freeze', 'node.', 'link.'],
  graceUs: 30 * secondUs,
};

/** A clock that steps shifts what is measured by wall time. */
export const clockDisturbed: Excuse = {
  reason: 'clock step',
  faultKinds: ['pod.clock-step'],
  graceUs: 60 * secondUs,
};
