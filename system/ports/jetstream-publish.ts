/** Every header that changes what JetStream does with a message (jetstream D27–D38). */
export interface FullPublishOptions {
  readonly timeoutMs: number;
  /** `Nats-Msg-Id`. */
  readonly messageId?: string;
  /** `Nats-Expected-Stream`, else error 10060. */
  readonly expectedStream?: string;
  /** `Nats-Expected-Last-Sequence`, else error 10071. */
  readonly expectedLastSequence?: number;
  /** `Nats-Expected-Last-Subject-Sequence`, else 10071 (or 10164 while a write of the subject is under way); 0: no message. */
  readonly expectedLastSubjectSequence?: number;
  /** `Nats-Expected-Last-Subject-Sequence-Subject`: the subject that the sequence is of, wildcards allowed; since 2.11. */
  readonly expectedLastSubject?: string;
  /** `Nats-Expected-Last-Msg-Id`, else error 10070. */
  readonly expectedLastMessageId?: string;
  /** `Nats-Rollup`: removes all earlier messages of the subject, or of the stream. */
  readonly rollup?: 'sub' | 'all';
  /** `Nats-TTL`: seconds, a Go duration, or `never`; since 2.11 (jetstream D38). */
  readonly ttl?: string;
  /** Others, kept with the message. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FullPublishAck {
  readonly stream: string;
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** Publishing to the letter: one request, nothing tried again. Rejects as `JetStreamManagement` does. */
export interface JetStreamPublisher {
  publish(subject: string, payload: Uint8Array, options: FullPublishOptions): Promise<FullPublishAck>;
}
