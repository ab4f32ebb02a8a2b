import type { StreamMachine } from './stream-machine.ts';

/**
 * Removes what the present limits do not allow: they were made smaller. Those of the whole stream come first. `before`:
 * messages a subject until now. A file of 2.9 tells nobody what a limit of messages a subject takes here.
 */
export function enforceLimits(machine: StreamMachine, before: number): void {
  const { discard, maxMessages, maxBytes, maxMessagesPerSubject, storage } = machine.settings;
  const { messages } = machine;
  const { version, trimsSubjectsOnUpdate } = machine.context.profile;
  if (discard === 'old' || version === '2.9.10') {
    while (
      messages.first !== undefined &&
      ((maxMessages > 0 && messages.size > maxMessages) || (maxBytes > 0 && messages.bytes > maxBytes))
    ) {
      machine.drop(messages.first);
    }
  }
  const isSmaller = trimsSubjectsOnUpdate || maxMessagesPerSubject < before;
  if (maxMessagesPerSubject <= 0 || !isSmaller) return;
  const isSilent = version === '2.9.10' && storage === 'file';
  for (const subject of messages.subjects()) trimSubject(machine, subject, maxMessagesPerSubject, isSilent);
}

/** What the limits do not allow goes, now that a message of that subject is stored (jetstream D35). */
export function makeRoom(machine: StreamMachine, subject: number): void {
  const { messages, settings, context } = machine;
  const { maxMessages, maxBytes, maxMessagesPerSubject, discard } = settings;
  if (maxMessagesPerSubject > 0 && !context.mutations.perSubjectLimitIgnored) {
    const isBucket = settings.name.startsWith('KV_');
    const short = context.mutations.historyOneShort && isBucket && maxMessagesPerSubject > 1 ? 1 : 0;
    // A file of 2.9 makes room for the new message, and for no more.
    const isOne = context.profile.version === '2.9.10' && settings.storage === 'file';
    trimSubject(
      machine,
      subject,
      Math.max(maxMessagesPerSubject - short, isOne ? messages.countOf(subject) - 1 : 0),
    );
  }
  // 2.9 keeps the limits whatever is to be discarded.
  if (discard !== 'old' && context.profile.version !== '2.9.10') return;
  while (
    messages.first !== undefined &&
    messages.last !== undefined &&
    ((maxMessages > 0 && messages.size > maxMessages) || (maxBytes > 0 && messages.bytes > maxBytes))
  ) {
    const before = messages.last.previous;
    machine.drop(context.mutations.discardOldDropsNewest && before !== undefined ? before : messages.first);
  }
}

function trimSubject(machine: StreamMachine, subject: number, keep: number, isSilent = false): void {
  const { messages } = machine;
  const tally = machine.memoryTally;
  if (tally !== undefined) {
    while (tally.countOf(subject) > keep) {
      const first = messages.get(tally.firstOf(subject));
      if (first === undefined) return;
      machine.drop(first);
    }
    return;
  }
  for (let count = messages.countOf(subject); count > keep; count--) {
    const first = messages.firstOf(subject);
    if (first === undefined) return;
    if (isSilent) machine.dropUnheard(first);
    else machine.drop(first);
  }
}
