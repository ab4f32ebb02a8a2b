import { PortError } from '../../../system/ports/errors.ts';
import type {
  ConsumerState,
  StreamMessage,
  StreamState,
} from '../../../system/ports/jetstream-management.ts';
import type { PulledMessage, PullStatus } from '../../../system/ports/jetstream-pull.ts';
import type { FullKeyValueEntry } from '../../../system/ports/key-value-full.ts';

/** What a step saw, as one line: two worlds agree where the lines are equal. */
export type Observation = string;

/** How a call failed: the port's code, and the server's own number and words. */
export function failure(error: unknown): Observation {
  if (!(error instanceof PortError)) throw error;
  const { code, server } = error;
  return server === undefined ? code : `${code} ${server.status}/${server.errorCode} ${server.description}`;
}

export function message({ subject, sequence, headers, payload }: StreamMessage): Observation {
  const named = Object.entries(headers).map(([name, value]) => `${name}=${value}`);
  return `${subject} ${sequence} ${payload.length}B [${named.sort(byText).join(' ')}]`;
}

export function delivery(delivered: PulledMessage): Observation {
  const { deliveryCount, consumerSequence, pending } = delivered;
  return `${message(delivered)} delivery ${deliveryCount} as ${consumerSequence}, ${pending} pending`;
}

export function status(given: PullStatus): Observation {
  const { status: number, description, pendingMessages, pendingBytes, lastDelivered } = given;
  const left = pendingMessages === undefined ? '' : ` left ${pendingMessages} ${pendingBytes ?? '-'}`;
  const last =
    lastDelivered === undefined
      ? ''
      : ` last ${lastDelivered.consumerSequence} ${lastDelivered.streamSequence}`;
  return `${number} ${description}${left}${last}`;
}

/** Who leads is not compared, nor how the default settings are spelt: `settings` only where they were asked for. */
export function stream(state: StreamState, settings: boolean): Observation {
  const { messages, bytes, firstSequence, lastSequence, deletedMessages, subjects, consumers } = state;
  // The consumers of watches are the client library's, which leaves them to vanish by themselves.
  const others = state.settings.name.startsWith('KV_') ? '' : `, ${consumers} consumers`;
  const counts = `${messages} messages ${bytes}B ${firstSequence}..${lastSequence}, ${deletedMessages} deleted, ${subjects} subjects${others}`;
  return settings ? `${counts} ${sortedJson(state.settings)}` : counts;
}

export function consumer(state: ConsumerState, settings: boolean): Observation {
  const { delivered, ackFloor, pending, ackPending, redelivered } = state;
  const counts = `delivered ${delivered.consumerSequence}/${delivered.streamSequence}, floor ${ackFloor.consumerSequence}/${ackFloor.streamSequence}, ${pending} pending, ${ackPending} unacked, ${redelivered} redelivered`;
  return settings ? `${counts} ${sortedJson(state.settings)}` : counts;
}

export function entry({ key, value, revision, operation }: FullKeyValueEntry): Observation {
  return `${operation} ${key} ${revision} ${value.length}B`;
}

function sortedJson(value: object): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).sort(([left], [right]) => byText(left, right))),
  );
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
