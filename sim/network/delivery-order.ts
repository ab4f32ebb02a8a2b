import type { Side } from './connection.ts';

/** First in, first out, for each direction of a connection. */
export class DeliveryOrder {
  readonly #lastDeliveryUs: [number, number] = [0, 0];
  /**
   * Messages by direction that reach the sending machine only later; they do not hold up what is sent before that. Two
   * numbers each: when it is handed over, when it arrives.
   */
  readonly #handedOverLater: readonly [number[], number[]] = [[], []];

  /** When a message arrives at the earliest that the sending machine has in `handedOverInUs`; `delayUs` counts from now. */
  reserve(side: Side, nowUs: number, handedOverInUs: number, delayUs: number): number {
    let arrivalUs = Math.max(this.#lastDeliveryUs[side], Math.round(nowUs + delayUs));
    const later = this.#handedOverLater[side];
    if (later.length > 0)
      arrivalUs = Math.max(arrivalUs, this.#passLater(side, nowUs, nowUs + handedOverInUs));
    if (handedOverInUs > 0) later.push(nowUs + handedOverInUs, arrivalUs);
    else this.#lastDeliveryUs[side] = arrivalUs;
    return arrivalUs;
  }

  /** When the last of the messages arrives that are handed over by then; forgets those that are handed over now. */
  #passLater(side: Side, nowUs: number, byUs: number): number {
    const later = this.#handedOverLater[side];
    let lastUs = 0;
    let kept = 0;
    for (let place = 0; place < later.length; place += 2) {
      const handedOverUs = later[place] as number;
      const arrivalUs = later[place + 1] as number;
      if (handedOverUs <= byUs && arrivalUs > lastUs) lastUs = arrivalUs;
      if (handedOverUs <= nowUs) {
        if (arrivalUs > this.#lastDeliveryUs[side]) this.#lastDeliveryUs[side] = arrivalUs;
      } else {
        later[kept++] = handedOverUs;
        later[kept++] = arrivalUs;
      }
    }
    while (later.length > kept) later.pop();
    return lastUs;
  }
}
