import { serverVersion, serverVersions, type ServerVersion } from '../../../chaos/live/nats/index.ts';
import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';

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

/** Throws an `InputError`. */
export function commandOptions(parameters: readonly string[]): CommandOptions {
  const values = flagsOf(parameters, {
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
  });
  const { install, profile, server, record, fixed, mutations, bands, faults, losses } = values;
  return {
    version: chosenVersion(install, profile, server),
    install: install !== undefined,
    record,
    fixed,
    mutations,
    bands,
    operations: wholeNumber('ops', values.ops),
    faults: faults === undefined ? undefined : wholeNumber('faults', faults),
    losses: losses === undefined ? undefined : wholeNumber('losses', losses),
    seed: wholeNumber('seed', values.seed),
    places: wholeNumber('parallel', values.parallel, 1),
    shrinkLimit: wholeNumber('shrink', values.shrink),
  };
}

function chosenVersion(
  install: string | undefined,
  profile: string | undefined,
  server: string,
): ServerVersion {
  if (install !== undefined) return versionOf('install', install);
  return profile === undefined ? versionOf('server', server) : versionOfProfile(profile);
}

function versionOf(flag: string, text: string): ServerVersion {
  const version = serverVersion(text);
  if (version === undefined)
    throw new InputError(`--${flag} ${text}: expected one of ${serverVersions.join(', ')}`);
  return version;
}

/** The version that a simulated profile is compared with. */
function versionOfProfile(profile: string): ServerVersion {
  if (profile === '2.9.10') return '2.9.10';
  if (profile === '2.12') return '2.12.15';
  throw new InputError(`--profile ${profile}: expected 2.9.10 or 2.12`);
}
