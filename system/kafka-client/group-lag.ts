import { PortError } from '../ports/errors.ts';
import { kafkaErrorName, kafkaErrors } from '../ports/kafka-error.ts';
import type { BrokerPool } from './broker-pool.ts';
import type { GroupConsumerSettings } from './settings.ts';

/** Records of the topic that the group has not committed: what is waiting, as an operator sees it. Rejects with a `PortError`. */
export async function groupLag(pool: BrokerPool, settings: GroupConsumerSettings): Promise<number> {
  const { groupId, requestTimeoutMs, topic } = settings;
  const partitions = await pool.partitionsOf(topic);
  const coordinator = await pool.ask((connection) => connection.findCoordinator(groupId, requestTimeoutMs));
  check(coordinator.errorCode);
  const connection = await pool.at(coordinator, 'lag');
  const places = partitions.map(({ partition }) => ({ topic, partition }));
  const { errorCode, offsets } = await connection.fetchOffsets(groupId, places, requestTimeoutMs);
  check(errorCode);
  const committed = new Map(offsets.map(({ partition, offset }) => [partition, Math.max(0, offset)]));
  let lag = 0;
  for (const { address, partition } of partitions) {
    if (address === undefined) throw new PortError(`partition ${partition} has no leader`, 'unavailable');
    const leader = await pool.at(address, 'lag');
    const end = await leader.listOffset({ topic, partition }, 'latest', requestTimeoutMs);
    check(end.errorCode);
    lag += end.offset - (committed.get(partition) ?? 0);
  }
  return lag;
}

function check(errorCode: number): void {
  if (errorCode !== kafkaErrors.NONE) {
    throw new PortError(`the broker answered ${kafkaErrorName(errorCode)}`, 'unavailable');
  }
}
