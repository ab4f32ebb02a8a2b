import {
  linkKinds,
  serverVersion,
  serverVersions,
  type LinkKind,
  type ServerVersion,
} from '../../../chaos/live/nats/index.ts';
import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';
import { faultScripts } from './fault-scripts.ts';

/** What `npm run conformance -- nats` was asked for. */
export interface CommandOptions {
  readonly version: ServerVersion;
  /** Got and built, nothing else. */
  readonly install: boolean;
  readonly record: boolean;
  readonly fixed: boolean;
  readonly mutations: boolean;
  readonly bands: boolean;
  /** How servers are cut off from each other. */
  readonly links: LinkKind;
  /** Sequences under faults to run, by their ids; undefined: all. */
  readonly rows: readonly string[] | undefined;
  /** How often each is run on servers. */
  readonly cycles: number;
  /** Clusters that share the cycles. */
  readonly clusters: number;
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
    links: { type: 'string', default: 'proxies' },
    rows: { type: 'string' },
    cycles: { type: 'string', default: '1' },
    clusters: { type: 'string', default: '1' },
  });
  const { install, profile, server, record, fixed, mutations, bands, faults, losses } = values;
  return {
    version: chosenVersion(install, profile, server),
    install: install !== undefined,
    record,
    fixed,
    mutations,
    bands,
    links: linkKindOf(values.links),
    rows: values.rows === undefined ? undefined : rowsOf(values.rows),
    cycles: wholeNumber('cycles', values.cycles, 1),
    clusters: wholeNumber('clusters', values.clusters, 1),
    operations: wholeNumber('ops', values.ops),
    faults: faults === undefined ? undefined : wholeNumber('faults', faults),
    losses: losses === undefined ? undefined : wholeNumber('losses', losses),
    seed: wholeNumber('seed', values.seed),
    places: wholeNumber('parallel', values.parallel, 1),
    shrinkLimit: wholeNumber('shrink', values.shrink),
  };
}

function linkKindOf(text: string): LinkKind {
  const kind = linkKinds.find((known) => known === text);
  if (kind === undefined) throw new InputError(`--links ${text}: expected ${linkKinds.join(' or ')}`);
  return kind;
}

function rowsOf(text: string): readonly string[] {
  const known = faultScripts.map(({ id }) => id);
  const rows = text.split(',');
  const unknown = rows.find((row) => !known.includes(row));
  if (unknown !== undefined) throw new InputError(`--rows ${unknown}: expected some of ${known.join(',')}`);
  return rows;
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
