import type { ConsumerConfig, ConsumerInfo, PublishAck, StreamInfo } from '../../system/ports/jetstream.ts';
import type { KeyValueEntry } from '../../system/ports/key-value.ts';
import type { Call } from './call.ts';
import type { NatsConsumption } from './consumption.ts';
import type { NatsClient } from './nats-client.ts';
import type { StreamShape } from './operations.ts';
import type { NatsWatch } from './watch.ts';

export interface PublishRequest {
  readonly kind: 'publish';
  readonly subject: number;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly deletes: boolean;
  /** Last sequence that the subject must have; −1: any. 0: no live message (jetstream D34). */
  readonly expectedSequence: number;
  readonly call: Call<PublishAck>;
}

export interface PullRequest {
  readonly kind: 'pull';
  readonly stream: string;
  readonly durable: string;
  readonly consumption: NatsConsumption;
}

export type AckVerb = 'ack' | 'nak' | 'progress' | 'term';

export interface AckRequest {
  readonly kind: 'ack';
  readonly stream: string;
  readonly durable: string;
  readonly sequence: number;
  readonly verb: AckVerb;
  readonly delayUs: number;
  readonly call: Call<true> | undefined;
}

/** Served by the leader of the stream; a client learns `not-found` only from a leader. */
export type StreamRequest =
  | PublishRequest
  | PullRequest
  | AckRequest
  | {
      readonly kind: 'pull-withdrawn';
      readonly stream: string;
      readonly durable: string;
      readonly consumption: NatsConsumption;
      readonly call: Call<true>;
    }
  | { readonly kind: 'stream-info'; readonly stream: string; readonly call: Call<StreamInfo> }
  | { readonly kind: 'purge'; readonly stream: string; readonly call: Call<true> }
  | {
      readonly kind: 'consumer-info';
      readonly stream: string;
      readonly durable: string;
      readonly call: Call<ConsumerInfo>;
    }
  | { readonly kind: 'consumer-names'; readonly stream: string; readonly call: Call<readonly string[]> }
  | { readonly kind: 'consumer-change'; readonly stream: string; readonly change: ConsumerChange };

export interface ConsumerChange {
  readonly stream: string;
  readonly durable: string;
  /** Absent: the durable is removed. */
  readonly config?: ConsumerConfig;
  readonly call: Call<true>;
}

/** Served by the leader of the meta group (jetstream A4). */
export type MetaRequest =
  | { readonly kind: 'ensure-stream'; readonly shape: StreamShape; readonly call: Call<true> }
  | { readonly kind: 'assign-consumer'; readonly change: ConsumerChange };

/** Served by any replica (jetstream H65). */
export type ReadRequest =
  | {
      readonly kind: 'read';
      readonly stream: string;
      readonly subject: number;
      readonly call: Call<KeyValueEntry | undefined>;
    }
  | { readonly kind: 'read-all'; readonly stream: string; readonly call: Call<readonly KeyValueEntry[]> };

/** A watch is placed on one server at random and dies with it (jetstream H68). */
export type WatchRequest =
  | {
      readonly kind: 'watch';
      readonly stream: string;
      readonly watch: NatsWatch;
      readonly generation: number;
      readonly fromSequence: number;
    }
  | { readonly kind: 'watch-stopped'; readonly stream: string; readonly watch: NatsWatch };

export type NatsRequest = StreamRequest | MetaRequest | ReadRequest | WatchRequest;

/** A request on its way through the servers, with the client that sent it. */
export interface Routed {
  readonly request: NatsRequest;
  readonly client: NatsClient;
}

/** Rough size on the wire, for links of limited bandwidth. */
export function requestBytes(request: NatsRequest): number {
  return request.kind === 'publish' ? 120 + request.payload.length : 160;
}
