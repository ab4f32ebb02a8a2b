import type { ConsumerInfo, PublishAck } from '../../system/ports/jetstream.ts';
import type {
  ConsumerAction,
  ConsumerSettings,
  ConsumerState,
  MessageSelector,
  PurgeOptions,
  StreamMessage,
  StreamSettings,
  StreamState,
} from '../../system/ports/jetstream-management.ts';
import type { PullRequest } from '../../system/ports/jetstream-pull.ts';
import type { FullKeyValueEntry } from '../../system/ports/key-value-full.ts';
import type { Call } from './call.ts';
import type { NatsConsumption } from './consumption.ts';
import type { MessageHeaders } from './message-headers.ts';
import type { NatsClient } from './nats-client.ts';
import type { Expectations, Rollup } from './operations.ts';
import type { PullInbox } from './raw-pull.ts';
import type { NatsWatch } from './watch.ts';

export interface PublishRequest {
  readonly kind: 'publish';
  readonly subject: number;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly headers: MessageHeaders | undefined;
  readonly rollup: Rollup;
  /** As it was written; empty: none. */
  readonly ttl: string;
  readonly expectations: Expectations | undefined;
  readonly call: Call<PublishAck>;
}

/** `unknown`: the server makes nothing of it. */
export type AckVerb = 'ack' | 'nak' | 'progress' | 'term' | 'unknown';

export interface AckRequest {
  readonly kind: 'ack';
  readonly stream: string;
  readonly consumer: string;
  readonly sequence: number;
  readonly consumerSequence: number;
  readonly deliveryCount: number;
  readonly verb: AckVerb;
  readonly delayUs: number;
  /** `+NXT`: what is asked for with the acknowledgement. */
  readonly more: { readonly inbox: PullInbox; readonly request: PullRequest } | undefined;
  readonly call: Call<true> | undefined;
}

/** Served by the leader of the stream; a client learns `not-found` only from a leader. */
export type StreamRequest =
  | PublishRequest
  | { readonly kind: 'stream-info'; readonly stream: string; readonly call: Call<StreamState> }
  | {
      readonly kind: 'purge';
      readonly stream: string;
      readonly options: PurgeOptions;
      readonly call: Call<number>;
    }
  | {
      readonly kind: 'message';
      readonly stream: string;
      readonly selector: MessageSelector;
      readonly call: Call<StreamMessage>;
    }
  | {
      readonly kind: 'delete-message';
      readonly stream: string;
      readonly sequence: number;
      readonly call: Call<true>;
    }
  /** From a consumer's leader: nobody needs the message any more (jetstream D36). */
  | { readonly kind: 'remove-acked'; readonly stream: string; readonly sequence: number }
  | { readonly kind: 'stream-step-down'; readonly stream: string; readonly call: Call<true> };

/** Served by the leader of a consumer. */
export type ConsumerRequest =
  | {
      readonly kind: 'consume';
      readonly stream: string;
      readonly consumer: string;
      readonly consumption: NatsConsumption;
    }
  | {
      readonly kind: 'consume-withdrawn';
      readonly stream: string;
      readonly consumer: string;
      readonly consumption: NatsConsumption;
      readonly call: Call<true>;
    }
  | {
      readonly kind: 'pull';
      readonly stream: string;
      readonly consumer: string;
      readonly inbox: PullInbox;
      readonly request: PullRequest;
    }
  | AckRequest
  | {
      readonly kind: 'consumer-info';
      readonly stream: string;
      readonly consumer: string;
      readonly call: Call<ConsumerInfo>;
    }
  | {
      readonly kind: 'consumer-state';
      readonly stream: string;
      readonly consumer: string;
      readonly call: Call<ConsumerState>;
    }
  | {
      readonly kind: 'consumer-step-down';
      readonly stream: string;
      readonly consumer: string;
      readonly call: Call<true>;
    };

/** Served by the leader of the meta group (jetstream A4). */
export type MetaRequest =
  | { readonly kind: 'create-stream'; readonly settings: StreamSettings; readonly call: Call<StreamState> }
  | { readonly kind: 'update-stream'; readonly settings: StreamSettings; readonly call: Call<StreamState> }
  | { readonly kind: 'delete-stream'; readonly stream: string; readonly call: Call<true> }
  | {
      readonly kind: 'remove-peer';
      readonly stream: string;
      readonly server: string;
      readonly call: Call<true>;
    }
  | { readonly kind: 'stream-names'; readonly call: Call<readonly string[]> }
  | {
      readonly kind: 'create-consumer';
      readonly stream: string;
      readonly settings: ConsumerSettings;
      readonly action: ConsumerAction;
      readonly call: Call<ConsumerState>;
    }
  | {
      readonly kind: 'delete-consumer';
      readonly stream: string;
      readonly consumer: string;
      /** Undefined: its leader found it unused (jetstream F57). */
      readonly call: Call<true> | undefined;
    }
  | { readonly kind: 'consumer-names'; readonly stream: string; readonly call: Call<readonly string[]> };

/** Served by any replica (jetstream H65). */
export type ReadRequest =
  | {
      readonly kind: 'read';
      readonly stream: string;
      readonly subject: number;
      readonly call: Call<FullKeyValueEntry | undefined>;
    }
  | {
      readonly kind: 'read-all';
      readonly stream: string;
      /** Pattern of keys. */
      readonly keys: string;
      readonly call: Call<readonly FullKeyValueEntry[]>;
    }
  | {
      readonly kind: 'direct-message';
      readonly stream: string;
      readonly selector: MessageSelector;
      readonly call: Call<StreamMessage>;
    };

/** What a watch hands over first. */
export interface WatchScope {
  /** Pattern of keys. */
  readonly keys: string;
  readonly include: 'last' | 'history' | 'updates';
}

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

export type NatsRequest =
  | StreamRequest
  | ConsumerRequest
  | MetaRequest
  | ReadRequest
  | WatchRequest
  /** To the client's own server: nobody listens at the inbox any more. */
  | { readonly kind: 'pull-stopped'; readonly inbox: PullInbox };

/** A request on its way through the servers, with the client that sent it; none where a server asks. */
export interface Routed {
  readonly request: NatsRequest;
  readonly client: NatsClient | undefined;
}

/** Rough size on the wire, for links of limited bandwidth. */
export function requestBytes(request: NatsRequest): number {
  return request.kind === 'publish' ? 120 + request.payload.length : 160;
}
