export type AdvisoryKind = 'max-deliveries' | 'terminated' | 'nak';

/** What a server says of a consumer on `$JS.EVENT.ADVISORY.…` (jetstream F50, F52). */
export interface Advisory {
  readonly kind: AdvisoryKind;
  readonly stream: string;
  readonly consumer: string;
  /** Of the message in its stream. */
  readonly sequence: number;
}

/** Advisories are fire-and-forget: whoever does not listen when one is sent never hears it. */
export class Advisories {
  readonly #listeners = new Set<(advisory: Advisory) => void>();
  readonly #counts = new Map<AdvisoryKind, number>();

  listen(listener: (advisory: Advisory) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many of a kind were sent so far. */
  count(kind: AdvisoryKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  add(advisory: Advisory): void {
    this.#counts.set(advisory.kind, this.count(advisory.kind) + 1);
    for (const listener of this.#listeners) listener(advisory);
  }
}
