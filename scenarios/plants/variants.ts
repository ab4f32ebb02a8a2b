import type { Plant } from './plant.ts';

/** A bug that a stage puts into its variant: what is wrong, and the rule that must name it. */
interface VariantBug {
  readonly name: string;
  readonly variant: string;
  readonly summary: string;
  readonly rule: string;
}

const bugs: readonly VariantBug[] = [
  {
    name: 'split-by-request',
    variant: 'percentage',
    summary: 'the share of the canary is drawn anew for every request',
    rule: 'canary.affinity',
  },
  {
    name: 'sticky-withdrawal',
    variant: 'percentage',
    summary: 'the affinity cookie leads to the canary after it was withdrawn',
    rule: 'canary.withdrawn',
  },
  {
    name: 'unlimited-canary',
    variant: 'percentage',
    summary: 'nothing is ever over the limit of the canary',
    rule: 'canary.limited',
  },
  {
    name: 'crowded-buckets',
    variant: 'percentage',
    summary: 'clients with names alike share a place, so that all or none are on the canary',
    rule: 'canary.share',
  },
];

/** Bugs of the variants of delivery; the stage of each knows them by name. */
export const variantPlants: readonly Plant[] = bugs.map(({ name, variant, summary, rule }) => ({
  name,
  summary,
  rule,
  scenario: `variant-${variant}`,
  overrides: {},
  pattern: name,
  customisation: {},
}));
