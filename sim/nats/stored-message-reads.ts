import type { MessageSelector, StreamMessage } from '../../system/ports/jetstream-management.ts';
import type { Refusal } from './api-errors.ts';
import { allHeaders } from './message-headers.ts';
import type { NatsServer } from './nats-server.ts';
import type { StoredMessage } from './stored-message.ts';
import type { StreamMachine } from './stream-machine.ts';
import { SubjectFilter } from './subject-filter.ts';

/** Finds a message for a reader, or says that there is none. */
export function answerMessage(
  server: NatsServer,
  machine: StreamMachine,
  {
    selector,
    call,
  }: {
    readonly selector: MessageSelector;
    readonly call: Parameters<typeof server.answer<StreamMessage>>[0];
  },
  missing: Refusal,
): void {
  const found = select(machine, selector);
  if (found === undefined) server.refuse(call, missing);
  else {
    server.answer(call, {
      subject: machine.context.subjects.name(found.subject),
      sequence: found.sequence,
      headers: allHeaders(found.messageId, found.headers),
      payload: found.payload,
      storedMs: Math.floor(found.storedUs / 1000),
    });
  }
}

function select(machine: StreamMachine, selector: MessageSelector): StoredMessage | undefined {
  const { subjects } = machine.context;
  switch (selector.kind) {
    case 'sequence':
      return machine.messages.get(selector.sequence);
    case 'last-of-subject':
      return machine.lastFor(new SubjectFilter([selector.subject], subjects));
    case 'next-of-subject':
      return machine.nextFor(new SubjectFilter([selector.subject], subjects), selector.fromSequence);
  }
}
