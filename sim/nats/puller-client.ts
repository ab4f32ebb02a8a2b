import type { JetStreamPuller, Pull, PullHandlers, PullRequest } from '../../system/ports/jetstream-pull.ts';
import type { NatsClient } from './nats-client.ts';
import { PullInbox } from './raw-pull.ts';

/** Pull requests one by one, as one client sends them. */
export class PullerClient implements JetStreamPuller {
  readonly #client: NatsClient;

  constructor(client: NatsClient) {
    this.#client = client;
  }

  pull(stream: string, consumer: string, request: PullRequest, handlers: PullHandlers): Pull {
    const inbox = new PullInbox(this.#client, stream, consumer, handlers);
    if (this.#client.session !== undefined) {
      this.#client.send({ kind: 'pull', stream, consumer, inbox, request });
    }
    return inbox;
  }
}
