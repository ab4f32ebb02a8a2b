/** Headers of a message as they were written, the message id aside: that is kept in a field of its own. */
export type MessageHeaders = Readonly<Record<string, string>>;

export const headerNames = {
  messageId: 'Nats-Msg-Id',
  expectedStream: 'Nats-Expected-Stream',
  expectedLastSequence: 'Nats-Expected-Last-Sequence',
  expectedLastSubjectSequence: 'Nats-Expected-Last-Subject-Sequence',
  expectedLastSubject: 'Nats-Expected-Last-Subject-Sequence-Subject',
  expectedLastMessageId: 'Nats-Expected-Last-Msg-Id',
  rollup: 'Nats-Rollup',
  ttl: 'Nats-TTL',
  markerReason: 'Nats-Marker-Reason',
  operation: 'KV-Operation',
} as const;

/** Bytes of the block: `NATS/1.0`, a line for each header, an empty line. */
export function headerBytes(messageId: string, headers: MessageHeaders | undefined): number {
  if (messageId === '' && headers === undefined) return 0;
  let bytes = 12;
  if (messageId !== '') bytes += 4 + headerNames.messageId.length + messageId.length;
  if (headers !== undefined) {
    for (const name of Object.keys(headers)) bytes += 4 + name.length + (headers[name]?.length ?? 0);
  }
  return bytes;
}

/** What a limit in bytes counts: the stored form (jetstream D35). */
export function storedBytes(
  storage: 'file' | 'memory',
  subjectBytes: number,
  headers: number,
  payload: number,
): number {
  if (storage === 'memory') return subjectBytes + headers + payload + 16;
  return subjectBytes + headers + payload + (headers === 0 ? 30 : 34);
}

/** Headers of a stored message with its id, as a reader gets them. */
export function allHeaders(messageId: string, headers: MessageHeaders | undefined): MessageHeaders {
  if (messageId === '') return headers ?? {};
  return { [headerNames.messageId]: messageId, ...headers };
}

/** `Nats-TTL`: microseconds, −1 for never, undefined where it is no time or shorter than a second (jetstream D38). */
export function parseTtl(ttl: string): number | undefined {
  if (ttl === 'never') return -1;
  if (/^\d+$/.test(ttl)) return Number(ttl) === 0 ? undefined : Number(ttl) * 1_000_000;
  const parts = [...ttl.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== ttl) return undefined;
  let seconds = 0;
  for (const [, figure = '0', unit = 's'] of parts) seconds += Number(figure) * (secondsOf[unit] ?? 0);
  return seconds < 1 ? undefined : Math.round(seconds * 1_000_000);
}

const secondsOf: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};
