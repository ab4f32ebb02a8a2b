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
  {
    name: 'shared-tables',
    variant: 'mirror',
    summary: 'the shadow works on the tables of live',
    rule: 'shadow.isolated',
  },
  {
    name: 'awaited-mirror',
    variant: 'mirror',
    summary: 'a caller is answered when live and shadow have answered',
    rule: 'shadow.harmless',
  },
  {
    name: 'unlimited-mirror',
    variant: 'mirror',
    summary: 'every request is copied, however many there are',
    rule: 'shadow.limited',
  },
  {
    name: 'nameless-copies',
    variant: 'mirror',
    summary: 'copies do not say what they are copies of',
    rule: 'shadow.marked',
  },
  {
    name: 'errors-as-differences',
    variant: 'mirror',
    summary: 'what the shadow fails is counted as a different answer',
    rule: 'shadow.compared',
  },
  {
    name: 'timestamp-key',
    variant: 'idempotency',
    summary: 'the idempotency key has the time in it, so that every attempt has its own',
    rule: 'operation.once',
  },
  {
    name: 'last-write-wins',
    variant: 'idempotency',
    summary: 'a later write with another payload is taken as well',
    rule: 'operation.first-write',
  },
  {
    name: 'volatile-write-behind',
    variant: 'idempotency',
    summary: 'what the shadow store is owed is kept in memory only',
    rule: 'write-behind.kept',
  },
  {
    name: 'write-behind-to-main',
    variant: 'idempotency',
    summary: 'the write-behind writes to main',
    rule: 'shadow.isolated',
  },
  {
    name: 'blind-consistency-check',
    variant: 'idempotency',
    summary: 'the consistency check looks only for rows that are missing',
    rule: 'consistency.found',
  },
  {
    name: 'missing-is-good',
    variant: 'threshold',
    summary: 'a reading that is missing is taken for a good one',
    rule: 'threshold.advance',
  },
  {
    name: 'impatient-return',
    variant: 'threshold',
    summary: 'a gradual rollback turns back when the readings are good again',
    rule: 'threshold.gradual',
  },
  {
    name: 'terminate-first',
    variant: 'threshold',
    summary: 'the canary is ended before its traffic is',
    rule: 'threshold.drained',
  },
  {
    name: 'long-patience',
    variant: 'threshold',
    summary: 'a trigger waits six times as long as it says',
    rule: 'threshold.rollback',
  },
  {
    name: 'untested-flip',
    variant: 'pipelines',
    summary: 'a build that is ready may be flipped before its tests',
    rule: 'pipeline.gated',
  },
  {
    name: 'recomputed-colour',
    variant: 'pipelines',
    summary: 'the third pipeline works out anew which side to retire, after the flip',
    rule: 'pipeline.live-kept',
  },
  {
    name: 'silence-is-calm',
    variant: 'pipelines',
    summary: 'an alert query without an answer counts as no alerts',
    rule: 'pipeline.retired',
  },
  {
    name: 'unlocked-side',
    variant: 'pipelines',
    summary: 'a second build may begin while the first is under way',
    rule: 'pipeline.locked',
  },
  {
    name: 'endless-approval',
    variant: 'pipelines',
    summary: 'a tested build waits for its approval for ever',
    rule: 'pipeline.bounded',
  },
  {
    name: 'unchecked-secrets',
    variant: 'pipelines',
    summary: 'a build may be flipped while the secrets of the sides differ',
    rule: 'pipeline.gated',
  },
  {
    name: 'canary-first',
    variant: 'shadow-publish',
    summary: 'completions are published to the canary first, and to stable if that went well',
    rule: 'shadow.best-effort',
  },
];

/** Bugs of the variants of delivery that have a stage; the stage of each knows them by name. */
export const variantPlants: readonly Plant[] = bugs.map(({ name, variant, summary, rule }) => ({
  name,
  summary,
  rule,
  scenario: `variant-${variant}`,
  overrides: {},
  pattern: name,
  customisation: {},
}));
