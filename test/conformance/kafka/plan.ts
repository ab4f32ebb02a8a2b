/** How a value that a request carries relates to what its sender knows. */
export type Told = 'own' | 'behind' | 'ahead';

/** What a member can follow: the order of the names is its preference. */
export const protocolChoices = [
  ['range'],
  ['range', 'cooperative-sticky'],
  ['cooperative-sticky', 'range'],
  ['sticky'],
] as const;

/** All end in the middle between the requests of two slots, whenever in a slot they begin. */
export const sessionChoicesMs = [1_000, 1_600, 2_800] as const;
export const rebalanceChoicesMs = [1_600, 2_200, 3_400] as const;

/** One request, or something that happens to a client. Numbers choose from small pools; `actor` is a client. */
export type Step =
  | {
      readonly kind: 'join';
      readonly actor: number;
      /** `none`: as somebody new; `stranger`: with an id that nobody was given. */
      readonly as: 'known' | 'none' | 'stranger';
      readonly protocols: number;
      readonly session: number;
      readonly rebalance: number;
      readonly isStatic: boolean;
    }
  | { readonly kind: 'sync'; readonly actor: number; readonly generation: Told }
  | { readonly kind: 'heartbeat'; readonly actor: number; readonly generation: Told }
  /** What a good client would do next. */
  | { readonly kind: 'follow'; readonly actor: number }
  | { readonly kind: 'leave'; readonly actor: number; readonly by: 'member' | 'instance' }
  | {
      readonly kind: 'commit';
      readonly actor: number;
      readonly generation: Told | 'none';
      readonly partition: number;
      readonly offset: number;
    }
  | { readonly kind: 'fetch-offsets' }
  | { readonly kind: 'describe' }
  | {
      readonly kind: 'produce';
      readonly partition: number;
      readonly acks: -1 | 0 | 1;
      readonly records: number;
    }
  | { readonly kind: 'read'; readonly partition: number; readonly offset: number }
  | { readonly kind: 'list-offset'; readonly partition: number; readonly which: 'earliest' | 'latest' }
  /** The client is gone without a word; a static one comes back under its name. */
  | { readonly kind: 'kill'; readonly actor: number }
  | { readonly kind: 'restart-broker' };

/** A sequence of steps on a group and a topic of its own. Plain data: it is kept with what was recorded. */
export interface Plan {
  /** Steps of one slot begin shortly after one another; then time passes until the next slot. */
  readonly slots: readonly (readonly Step[])[];
}

export const slotMs = 600;
/** Between the steps of one slot. */
export const stepMs = 80;
export const actors = 4;
export const partitions = 3;
