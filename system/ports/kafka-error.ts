/** Error codes of the Kafka protocol that the brokers of this harness answer, by their protocol names. */
export const kafkaErrors = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  OFFSET_METADATA_TOO_LARGE: 12,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  NOT_ENOUGH_REPLICAS: 19,
  INVALID_REQUIRED_ACKS: 21,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  INVALID_GROUP_ID: 24,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_ALREADY_EXISTS: 36,
  MEMBER_ID_REQUIRED: 79,
  GROUP_MAX_SIZE_REACHED: 81,
  FENCED_INSTANCE_ID: 82,
} as const;

export type KafkaErrorName = keyof typeof kafkaErrors;

const namesByCode: ReadonlyMap<number, string> = new Map(
  Object.entries(kafkaErrors).map(([name, code]) => [code, name]),
);

/** The protocol's name of a code, or `ERROR_<code>` for one that is not among `kafkaErrors`. */
export function kafkaErrorName(code: number): string {
  return namesByCode.get(code) ?? `ERROR_${code}`;
}
