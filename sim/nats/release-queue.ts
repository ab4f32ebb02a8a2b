import type { EventHandle } from '../kernel/index.ts';
import type { ConsumerService } from './consumer-service.ts';
import type { StoredMessage } from './stored-message.ts';
import { interestCheckUs, releaseRetryUs } from './timing.ts';

/** What a consumer's leader asks its stream to remove, since no consumer needs it any more (jetstream D36). */
export class ReleaseQueue {
  readonly #service: ConsumerService;
  /** Asked to be removed, and perhaps still there. */
  #sequences: number[] = [];
  /** When, for each of them. */
  #askedUs: number[] = [];
  #timer: EventHandle | undefined;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  /** An acknowledgement of these messages is replicated. */
  release(from: number, through: number): void {
    if (!this.#removes) return;
    for (let at = from; at <= through; at++) this.#releaseOne(at);
  }

  /** After a change of leader all up to the cursor is looked through. */
  takeOver(nextStream: number): void {
    const { stream, asset } = this.#service;
    if (!this.#removes) return;
    for (const message of stream.messages) {
      if (message.sequence >= nextStream) break;
      if (asset.filter.matches(message.subject)) this.#releaseOne(message.sequence);
    }
  }

  stop(): void {
    if (this.#timer !== undefined) this.#service.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  get #removes(): boolean {
    const { settings, mutations } = this.#service.asset.stream;
    return settings.retention !== 'limits' && !mutations.workQueueKeepsAcked;
  }

  /** A server of 2.9 asks the others only, and in a work queue nobody. */
  #isHeld(message: StoredMessage): boolean {
    const { asset, server } = this.#service;
    if (asset.profile.multiFilter) return server.cluster.isNeeded(asset.stream, message, server);
    const isQueue = asset.stream.settings.retention === 'workqueue';
    return !isQueue && server.cluster.isNeeded(asset.stream, message, server, asset);
  }

  #releaseOne(sequence: number): void {
    const { asset, server, stream, nowUs } = this.#service;
    const message = stream.messages.get(sequence);
    if (message === undefined || this.#isHeld(message)) return;
    const request = { kind: 'remove-acked', stream: asset.stream.name, sequence } as const;
    server.route({ request, client: undefined });
    this.#await(sequence, nowUs);
  }

  #await(sequence: number, askedUs: number): void {
    const { replica, nowUs } = this.#service;
    this.#sequences.push(sequence);
    this.#askedUs.push(askedUs);
    if (this.#timer !== undefined) return;
    const { group, member } = replica;
    const [low, high] = this.#retryUs;
    const waitUs = Math.round(low + (high - low) * group.draw(member, nowUs));
    this.#timer = group.kernel.after(waitUs, ReleaseQueue.#due, this, undefined);
  }

  get #retryUs(): readonly [number, number] {
    return this.#service.asset.profile.multiFilter ? interestCheckUs : releaseRetryUs;
  }

  static #due(queue: ReleaseQueue): void {
    queue.#timer = undefined;
    queue.#service.server.run(ReleaseQueue.#again, queue, undefined);
  }

  /** A request to remove may have been lost, with a leader or on its way (fault C15). */
  static #again(queue: ReleaseQueue): void {
    const sequences = queue.#sequences;
    const askedUs = queue.#askedUs;
    const { ready, nowUs, asset } = queue.#service;
    queue.#sequences = [];
    queue.#askedUs = [];
    if (!ready) return;
    // What was asked for just now may be on its way.
    const latestUs = asset.profile.multiFilter ? nowUs : nowUs - queue.#retryUs[0];
    for (const [place, sequence] of sequences.entries()) {
      if ((askedUs[place] ?? 0) <= latestUs) queue.#releaseOne(sequence);
      else queue.#await(sequence, askedUs[place] ?? 0);
    }
  }
}
