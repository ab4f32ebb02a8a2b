import type { ConsumerState } from '../../system/ports/jetstream-management.ts';
import type { ConsumerService } from './consumer-service.ts';
import type { StoredMessage } from './stored-message.ts';

/** Of a time in nanoseconds since the epoch. */
const timestampDigits = 19;

/** What info tells of a consumer (fault C12). */
export function consumerState(service: ConsumerService): ConsumerState {
  const { memory } = service;
  const { record } = service.machine;
  service.stream.expire(service.server.wallUs());
  service.forgetRemoved();
  const { mutations } = service.asset.stream;
  const inMemory = service.settings.memoryStorage || service.asset.stream.settings.storage === 'memory';
  const replicated =
    !service.server.cluster.profile.infoFromMemory && (inMemory ? record.hasState : record.started);
  const delivered = replicated
    ? { consumerSequence: record.deliveredConsumer, streamSequence: record.deliveredStream }
    : service.lastDelivered;
  const { floorConsumer, floorStream } = service.server.cluster.profile.infoFromMemory ? memory : record;
  const leader = service.replica.group.size > 1 ? { leader: service.server.name } : {};
  const { multiFilter } = service.server.cluster.profile;
  const tellsNone = (service.settings.maxDeliver === 1 && multiFilter) || mutations.redeliveredInfoZero;
  return {
    settings: service.settings,
    delivered,
    ackFloor: { consumerSequence: floorConsumer, streamSequence: floorStream },
    pending: service.pending.reported(service.stream),
    ackPending: memory.pending.size,
    redelivered: tellsNone ? 0 : memory.redelivered.size,
    waiting: service.queue.rawCount(),
    ...leader,
  };
}

/** What a pull's limit in bytes counts: subject, reply subject, headers and payload. */
export function deliveredBytes(service: ConsumerService, message: StoredMessage): number {
  const { name, stream } = service.asset;
  const { memory } = service;
  const hasHeaders = message.headers !== undefined || message.messageId !== '';
  const counters = [
    memory.countOf(message.sequence),
    message.sequence,
    memory.nextConsumer,
    service.pending.beside(),
  ];
  let replyBytes = '$JS.ACK.......'.length + stream.name.length + name.length + timestampDigits;
  for (const counter of counters) replyBytes += String(counter).length;
  const overhead = hasHeaders ? 34 : 30;
  const bytes = message.bytes - (stream.settings.storage === 'memory' ? 16 : overhead) + replyBytes;
  if (!service.settings.headersOnly) return bytes;
  const sizeHeader =
    `Nats-Msg-Size: ${message.payload.length}\r\n`.length + (hasHeaders ? 0 : 'NATS/1.0\r\n\r\n'.length);
  return bytes - message.payload.length + sizeHeader;
}
