import { parseArgs } from 'node:util';
import { serverVersion, type ServerVersion } from '../../../chaos/live/nats/index.ts';

/** What `npm run conformance -- nats` was asked for. */
export interface CommandOptions {
  readonly version: ServerVersion;
  /** Got and built, nothing else. */
  readonly install: boolean;
  readonly record: boolean;
  readonly fixed: boolean;
  readonly mutations: boolean;
  readonly bands: boolean;
  readonly operations: number;
  /** Operations under faults; undefined: none. */
  readonly faults: number | undefined;
  /** Cuts of the leader in each setting; undefined: none. */
  readonly losses: number | undefined;
  readonly seed: number;
  readonly places: number;
  readonly shrinkLimit: number;
}

/** Undefined: not understood. */
export function commandOptions(args: readonly string[]): CommandOptions | undefined {
  const values = parsed(args);
  if (values === undefined) return undefined;
  const { install, profile, server } = values;
  const version = serverVersion(install ?? (profile === '2.9.10' ? '2.9.10' : server));
  const [operations, seed, places, shrinkLimit] = [
    values.ops,
    values.seed,
    values.parallel,
    values.shrink,
  ].map(count);
  const faults = values.faults === undefined ? undefined : count(values.faults);
  const losses = values.losses === undefined ? undefined : count(values.losses);
  if (version === undefined || operations === undefined || seed === undefined) return undefined;
  if (places === undefined || shrinkLimit === undefined) return undefined;
  if (values.faults !== undefined && faults === undefined) return undefined;
  if (values.losses !== undefined && losses === undefined) return undefined;
  const { record, fixed, mutations, bands } = values;
  return {
    version,
    install: install !== undefined,
    record,
    fixed,
    mutations,
    bands,
    operations,
    faults,
    losses,
    seed,
    places,
    shrinkLimit,
  };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        server: { type: 'string', default: '2.12.15' },
        profile: { type: 'string' },
        ops: { type: 'string', default: '2000' },
        faults: { type: 'string' },
        losses: { type: 'string' },
        seed: { type: 'string', default: '1' },
        parallel: { type: 'string', default: '32' },
        shrink: { type: 'string', default: '3' },
        install: { type: 'string' },
        record: { type: 'boolean', default: false },
        fixed: { type: 'boolean', default: false },
        mutations: { type: 'boolean', default: false },
        bands: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    // An option that nobody knows, or one without its value.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function count(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
