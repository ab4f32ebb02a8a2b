import type { PullStatus } from '../../system/ports/jetstream-pull.ts';
import type { EventHandle } from '../kernel/index.ts';
import { deliveredBytes } from './consumer-report.ts';
import type { ConsumerService } from './consumer-service.ts';
import type { NatsConsumption } from './consumption.ts';
import { Interest } from './interest.ts';
import { RawPull } from './raw-pull.ts';
import type { StoredMessage } from './stored-message.ts';
import type { Waiter } from './waiter.ts';

/** Pull requests that wait at a consumer's leader, served in turn (jetstream §1G). */
export class PullQueue {
  readonly #service: ConsumerService;
  #waiting: Waiter[] = [];
  #timer: EventHandle | undefined;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Some client pulls in a loop, whose renewals would wake the consumer. */
  get hasLoops(): boolean {
    return this.#waiting.some((waiter) => waiter instanceof Interest);
  }

  add(waiter: Waiter): void {
    this.#waiting.push(waiter);
  }

  withdraw(consumption: NatsConsumption): void {
    this.#waiting = this.#waiting.filter(
      (waiter) => !(waiter instanceof Interest && waiter.consumption === consumption),
    );
  }

  /** Takes a request, or answers why not (`processNextMsgRequest`). */
  admit(pull: RawPull): boolean {
    const { settings, nowUs, asset } = this.#service;
    const { mutations } = asset.stream;
    const { batch, expiresMs = 0, idleHeartbeatMs = 0, maxBytes = 0, noWait = false } = pull.request;
    if (idleHeartbeatMs > 0 && idleHeartbeatMs * 2 > expiresMs && !mutations.heartbeatLimitIgnored) {
      return this.#refuse(pull, 400, 'Bad Request - heartbeat value too large');
    }
    if (settings.maxRequestBatch > 0 && batch > settings.maxRequestBatch) {
      return this.#refuse(pull, 409, `Exceeded MaxRequestBatch of ${settings.maxRequestBatch}`);
    }
    if (settings.maxRequestExpiresMs > 0 && expiresMs > settings.maxRequestExpiresMs) {
      const limit = goDuration(settings.maxRequestExpiresMs);
      return this.#refuse(pull, 409, `Exceeded MaxRequestExpires of ${limit}`);
    }
    if (settings.maxRequestMaxBytes > 0 && maxBytes > settings.maxRequestMaxBytes) {
      return this.#refuse(pull, 409, `Exceeded MaxRequestMaxBytes of ${settings.maxRequestMaxBytes}`);
    }
    const limit = settings.maxWaiting + (mutations.maxWaitingOneMore ? 1 : 0);
    if (this.#waiting.length >= limit) this.#expire(false);
    if (noWait) {
      const available = this.#service.available();
      if (available === 0 && expiresMs === 0) {
        return mutations.noWaitAnswersTimeout
          ? this.#refuse(pull, 408, 'Request Timeout')
          : this.#refuse(pull, 404, 'No Messages');
      }
      if (available > 0 && available < this.#wanted()) return this.#refuse(pull, 408, 'Requests Pending');
    }
    if (this.#waiting.length >= limit) {
      const { silentMaxWaiting } = this.#service.server.cluster.profile;
      if (idleHeartbeatMs > 0 && silentMaxWaiting) return false;
      return this.#refuse(pull, 409, 'Exceeded MaxWaiting');
    }
    if (expiresMs > 0) pull.expiresUs = nowUs + expiresMs * 1000;
    if (idleHeartbeatMs > 0) pull.heartbeatUs = nowUs + idleHeartbeatMs * 1000;
    if (mutations.batchOneMore) pull.left++;
    this.#waiting.push(pull);
    return true;
  }

  /** Who gets a message; whoever has ended leaves on the way. */
  next(message: StoredMessage): Waiter | undefined {
    const { server } = this.#service;
    for (let tries = this.#waiting.length; tries > 0; tries--) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return undefined;
      if (waiter instanceof RawPull && this.#service.nowUs >= waiter.expiresUs) {
        this.#expireOne(waiter);
        continue;
      }
      switch (waiter.state(server)) {
        case 'open': {
          const limited = waiter instanceof RawPull && waiter.bytesLeft > 0;
          if (!waiter.take(limited ? deliveredBytes(this.#service, message) : 0)) {
            if (waiter instanceof RawPull) {
              waiter.tell(server, {
                ...this.#missing(waiter),
                status: 409,
                description: 'Message Size Exceeds MaxBytes',
              });
            }
            this.#ended(waiter);
            continue;
          }
          if (waiter.filled) this.#ended(waiter);
          else this.#waiting.push(waiter);
          return waiter;
        }
        case 'full':
          this.#waiting.push(waiter);
          break;
        case 'ended':
          this.#ended(waiter);
          waiter.ended();
          break;
      }
    }
    return undefined;
  }

  /** A pull has got a message. */
  delivered(pull: RawPull): void {
    const { idleHeartbeatMs = 0 } = pull.request;
    const { server, nowUs } = this.#service;
    if (idleHeartbeatMs > 0) pull.heartbeatUs = nowUs + idleHeartbeatMs * 1000;
    if (pull.left <= 0 && pull.bytesLeft > 0 && server.cluster.profile.batchCompleted) {
      pull.tell(server, { ...this.#missing(pull), status: 409, description: 'Batch Completed' });
    }
  }

  /** Looks at all that wait; `atEnd`: there is nothing more to deliver, so whoever does not wait is answered. */
  review(atEnd: boolean): void {
    if (!this.#waiting.some((waiter) => waiter instanceof RawPull)) return;
    this.#expire(atEnd);
    this.#arm();
  }

  /** The last delivery under way to an expired pull is out. */
  timeOut(pull: RawPull): void {
    pull.timedOut = false;
    if (pull.left > 0 || pull.bytesLeft > 0) this.#sayTimeout(pull);
  }

  rawCount(): number {
    this.#expire(false);
    return this.#waiting.length;
  }

  /** Somebody who waits would be heard. */
  hasInterest(): boolean {
    const { server } = this.#service;
    return this.#waiting.some((waiter) => waiter.state(server) !== 'ended');
  }

  consumptions(): readonly NatsConsumption[] {
    return this.#waiting.flatMap((waiter) => (waiter instanceof Interest ? [waiter.consumption] : []));
  }

  announceDeletion(): void {
    for (const waiter of this.#waiting) {
      if (waiter instanceof RawPull) this.#refuse(waiter, 409, 'Consumer Deleted');
    }
  }

  announceShutdown(): void {
    const { server } = this.#service;
    for (const waiter of this.#waiting) {
      if (!(waiter instanceof RawPull)) continue;
      waiter.tell(server, { ...this.#missing(waiter), status: 409, description: 'Server Shutdown' });
    }
  }

  clear(): void {
    this.#waiting = [];
    this.#disarm();
  }

  stop(nowUs: number): void {
    for (const waiter of this.#waiting) waiter.dropped(nowUs);
    this.clear();
  }

  #refuse(pull: RawPull, status: PullStatus['status'], description: string): false {
    pull.tell(this.#service.server, { status, description });
    return false;
  }

  /** How many messages those that wait want. */
  #wanted(): number {
    this.#expire(false);
    let wanted = 0;
    for (const waiter of this.#waiting) {
      wanted +=
        waiter instanceof RawPull
          ? waiter.left
          : waiter instanceof Interest
            ? waiter.consumption.options.maxMessages
            : 0;
    }
    return wanted;
  }

  /** `processWaiting`. */
  #expire(atEnd: boolean): void {
    const { nowUs, server } = this.#service;
    const { profile } = server.cluster;
    let changed = false;
    const left: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (!(waiter instanceof RawPull)) {
        left.push(waiter);
        continue;
      }
      const { noWait = false, expiresMs = 0, idleHeartbeatMs = 0 } = waiter.request;
      const isPartial = waiter.received > 0;
      const answers = noWait && atEnd && (isPartial || (expiresMs === 0 && profile.noWaitPartial === 404));
      if (nowUs >= waiter.expiresUs || answers) {
        changed = true;
        if (
          nowUs >= waiter.expiresUs ||
          profile.noWaitPartial === 408 ||
          this.#service.deliveries.isUnderWay(waiter)
        ) {
          this.#expireOne(waiter);
        } else {
          this.#refuse(waiter, 404, 'No Messages');
          this.#service.pullEnded(waiter);
        }
        continue;
      }
      if (waiter.state() === 'ended') {
        changed = true;
        this.#service.pullEnded(waiter);
        continue;
      }
      if (nowUs >= waiter.heartbeatUs) {
        const lastDelivered = this.#service.lastDelivered;
        waiter.tell(server, { status: 100, description: 'Idle Heartbeat', lastDelivered });
        waiter.heartbeatUs = nowUs + idleHeartbeatMs * 1000;
      }
      left.push(waiter);
    }
    if (changed) this.#waiting = left;
  }

  #expireOne(pull: RawPull): void {
    if (this.#service.deliveries.isUnderWay(pull)) pull.timedOut = true;
    else this.#sayTimeout(pull);
    this.#service.pullEnded(pull);
  }

  #sayTimeout(pull: RawPull): void {
    const { mutations } = this.#service.asset.stream;
    const missing = mutations.expiryWithoutPending ? {} : this.#missing(pull);
    pull.tell(this.#service.server, { ...missing, status: 408, description: 'Request Timeout' });
  }

  #missing({ left, bytesLeft }: RawPull): {
    readonly pendingMessages: number;
    readonly pendingBytes: number;
  } {
    return { pendingMessages: left, pendingBytes: bytesLeft };
  }

  #ended(waiter: Waiter): void {
    if (waiter instanceof RawPull) this.#service.pullEnded(waiter);
  }

  #arm(): void {
    let atUs = Infinity;
    for (const waiter of this.#waiting) {
      if (waiter instanceof RawPull) atUs = Math.min(atUs, waiter.expiresUs, waiter.heartbeatUs);
    }
    this.#disarm();
    if (atUs === Infinity) return;
    const { kernel } = this.#service.replica.group;
    this.#timer = kernel.at(Math.ceil(Math.max(atUs, kernel.nowUs)), PullQueue.#due, this, undefined);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#service.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  static #due(queue: PullQueue): void {
    queue.#timer = undefined;
    queue.#service.server.run(PullQueue.#look, queue, undefined);
  }

  static #look(queue: PullQueue): void {
    if (!queue.#service.ready) return;
    queue.#expire(true);
    queue.#service.dispatch();
    queue.#arm();
  }
}

/** As Go prints a duration. */
function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
