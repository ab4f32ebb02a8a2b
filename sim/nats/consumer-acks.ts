import type { ConsumerService } from './consumer-service.ts';
import type { AckRequest } from './requests.ts';

/** What acknowledgements of all kinds do at a consumer's leader (jetstream F48–F54). */
export class ConsumerAcks {
  readonly #service: ConsumerService;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  /** One arrived from a client. */
  acknowledge(request: AckRequest): void {
    const { sequence, consumerSequence, verb, more } = request;
    const { ackReplyAfterQuorum, defects } = this.#service.server.cluster.profile;
    const { mutations } = this.#service.asset.stream;
    const { memory } = this.#service;
    let { call } = request;
    const { missingAnswers } = this.#service.server.cluster.profile;
    const wantsNone = this.#service.settings.ack === 'none';
    let wakes = true;
    // Nobody listens to the acks of a consumer that wants none; servers of 2.9 answer them all the same.
    if (wantsNone && missingAnswers) return;
    switch (wantsNone && verb !== 'nak' ? 'unknown' : verb) {
      case 'ack':
      case 'term':
        // Of what was never delivered (jetstream F53); servers of 2.9 do not ask.
        if (sequence >= memory.nextStream && missingAnswers) {
          if (defects.has('ack-jumps-cursor')) memory.nextStream = sequence + 1;
          return;
        }
        if (verb === 'term') this.#service.server.cluster.advise('terminated', this.#service.asset, sequence);
        if (verb === 'term' && mutations.termRedelivers) {
          memory.queueAgain(sequence);
          break;
        }
        if (verb === 'term' && mutations.ackFloorMovesOnTerm)
          this.#service.machine.record.floorStream = sequence;
        // Only what was pending makes room for something else, and only where there was none.
        wakes =
          (this.#service.settings.ack === 'all' || memory.pending.has(sequence)) &&
          (memory.isFull(this.#service.settings) || this.#service.queue.hasLoops);
        if (
          !this.settle(
            sequence,
            consumerSequence,
            ackReplyAfterQuorum && more === undefined ? call : undefined,
          )
        )
          wakes = false;
        if (ackReplyAfterQuorum) call = undefined;
        break;
      case 'nak':
        wakes = !mutations.nakIgnored && this.#giveBack(request);
        break;
      case 'progress':
        if (!mutations.progressIgnored) this.#restart(sequence);
        wakes = false;
        break;
      case 'unknown':
        wakes = false;
        break;
    }
    if (more !== undefined) {
      if (!mutations.ackNextAsksForNothing) this.#service.pull(more.inbox, more.request);
    } else if (call !== undefined) {
      this.#service.server.answer(call, true);
    }
    if (wakes) this.#service.dispatch();
  }

  /**
   * Acknowledged, terminated, or gone: it leaves the pending set, here at once and by proposal for all.
   * False: all up to it had been acknowledged before.
   */
  settle(sequence: number, consumerSequence: number, call: AckRequest['call']): boolean {
    const { memory } = this.#service;
    const { mutations } = this.#service.asset.stream;
    const { asset, settings } = this.#service;
    const countsItself = settings.ack === 'all' && asset.isAlone && asset.profile.multiFilter;
    const freedFrom = countsItself ? memory.freedFrom(sequence) : undefined;
    const first =
      this.#service.settings.ack === 'all' && !mutations.ackAllAcksOne
        ? memory.settleUpTo(sequence, consumerSequence)
        : memory.settle(sequence, consumerSequence);
    if (mutations.ackFloorJumps) {
      this.#service.machine.record.floorStream = Math.max(this.#service.machine.record.floorStream, sequence);
    }
    if (first === undefined) {
      if (call !== undefined) this.#service.server.answer(call, true);
      return false;
    }
    this.#service.replica.propose({ kind: 'acked', consumerSequence: first, sequence, freedFrom, call });
    if (memory.pending.size === 0) this.#service.redeliveries.disarm();
    return true;
  }

  /** True: something waits to be delivered again, and the consumer looks at it. */
  #giveBack({ sequence, consumerSequence, deliveryCount, delayUs }: AckRequest): boolean {
    const { memory } = this.#service;
    if (consumerSequence <= memory.floorConsumer || consumerSequence > memory.nextConsumer) return false;
    const pending = memory.pending.get(sequence);
    if (pending === undefined) {
      const isAnything =
        !this.#service.asset.profile.multiFilter && memory.pending.size === 0 && delayUs === 0;
      if (isAnything) memory.queueAnything(sequence);
      return isAnything;
    }
    this.#service.server.cluster.advise('nak', this.#service.asset, sequence);
    if (delayUs > 0 && !this.#service.asset.stream.mutations.nakDelayIgnored) {
      memory.forgetAgain(sequence);
      pending.deliveredUs = this.#service.nowUs - this.#service.settings.ackWaitMs * 1000 + delayUs;
      this.#redate(sequence, pending.consumerSequence, deliveryCount, pending.deliveredUs);
      return false;
    }
    memory.queueAgain(sequence);
    return true;
  }

  #restart(sequence: number): void {
    const pending = this.#service.memory.pending.get(sequence);
    if (pending === undefined) return;
    pending.deliveredUs = this.#service.nowUs;
    this.#redate(sequence, pending.consumerSequence, 1, this.#service.nowUs);
  }

  /** The ack wait counts from another moment, for all replicas. */
  #redate(sequence: number, consumerSequence: number, deliveryCount: number, fromUs: number): void {
    this.#service.replica.propose({
      kind: 'delivered',
      consumerSequence,
      sequence,
      deliveryCount,
      deliveredUs: this.#service.server.wallUs() - (this.#service.nowUs - fromUs),
      outgoing: undefined,
    });
    this.#service.redeliveries.rearm();
  }
}
