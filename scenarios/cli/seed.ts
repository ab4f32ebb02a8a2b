import { execFileSync } from 'node:child_process';
import { InputError } from './input-error.ts';

const largest = 0xffff_ffff_ffff_ffffn;

export interface SeedChoice {
  readonly seed: bigint;
  readonly origin: string;
}

/** An unsigned 64-bit seed, decimal or `0x…`. Throws an `InputError`. */
export function parseSeed(text: string): bigint {
  if (!/^(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text) || BigInt(text) > largest) {
    throw new InputError(`--seed ${text}: expected a whole number from 0 to 2^64 - 1, decimal or 0x…`);
  }
  return BigInt(text);
}

/** The given seed; else in CI the commit's; else 1, so that what the README shows can be reproduced. */
export function chooseSeed(given: string | undefined, environment: NodeJS.ProcessEnv): SeedChoice {
  if (given !== undefined) return { seed: parseSeed(given), origin: 'given' };
  if (environment['CI'] === undefined || environment['CI'] === 'false')
    return { seed: 1n, origin: 'default' };
  const commit = commitHash();
  if (commit === undefined) return { seed: 1n, origin: 'default (no commit)' };
  return { seed: BigInt(`0x${commit.slice(0, 16)}`), origin: `commit ${commit.slice(0, 12)}` };
}

/** Hash of the checked-out commit, if this is a checkout. */
export function commitHash(): string | undefined {
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return /^[0-9a-f]{40}$/.test(hash) ? hash : undefined;
  } catch {
    return undefined;
  }
}

/** Whether tracked files differ from the commit; undefined where this is no checkout. */
export function isDirty(): boolean | undefined {
  try {
    const changes = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return changes.trim() !== '';
  } catch {
    return undefined;
  }
}

/** The n-th seed of a campaign: neighbours of the base, whatever worker runs them. */
export function seedAt(base: bigint, index: number): bigint {
  return (base + BigInt(index)) & largest;
}
