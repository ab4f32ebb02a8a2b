import type { CanaryBackend } from '../../system/ports/variant-event.ts';

/** What a stage found out about a variant of delivery, whatever the variant says of itself. */
export type VariantObservation =
  /** A client got an answer. `forced`: it asked for a side by header or cookie. */
  {
    readonly kind: 'canary.answered';
    readonly client: string;
    readonly backend: CanaryBackend;
    readonly release: string;
    readonly forced: boolean;
  };
