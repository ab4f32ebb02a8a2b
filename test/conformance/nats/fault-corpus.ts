import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { NatsProfile } from '../../../sim/nats/index.ts';
import type { FaultFinding } from './fault-campaign.ts';
import type { FaultPlan } from './fault-plan.ts';

const folder = join(import.meta.dirname, 'corpus', 'faults');

/** A plan under faults: one that once broke a rule, as small as it would get, or one that is to be run always. */
export interface KeptFault {
  readonly title: string;
  readonly profiles: readonly NatsProfile['version'][];
  /** Of the model's world. */
  readonly seed: number;
  readonly plan: FaultPlan;
}

export function keptFaults(profile: NatsProfile['version']): readonly KeptFault[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort((left, right) => (left < right ? -1 : 1))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptFault)
    .filter(({ profiles }) => profiles.includes(profile));
}

/** Returns the name of its file. */
export function keepFault(finding: FaultFinding, profile: NatsProfile['version']): string {
  const { plan, seed, world, outcome } = finding;
  const rules = outcome.violations.map(({ rule }) => rule);
  const kept: KeptFault = { title: `${world} broke ${rules.join(', ')}`, profiles: [profile], seed, plan };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${world}-${profile}-${seed}.json`);
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`);
  return basename(path);
}
