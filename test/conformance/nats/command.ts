import {
  installServer,
  linkKinds,
  LiveCluster,
  LiveProblem,
  profileOf,
  serverVersion,
  serverVersions,
  type ServerVersion,
} from '../../../chaos/live/nats/index.ts';
import { Campaign, type CampaignResult } from './campaign.ts';
import { runFixed } from './fixed-run.ts';
import { bandsReport } from './bands-command.ts';
import { faultsReport, lossesReport } from './fault-command.ts';
import { plansOf } from './generator.ts';
import { commandOptions, type CommandOptions } from './command-options.ts';
import { exitCodes, framed } from '../command-frame.ts';
import { groups } from './grouping.ts';
import type { NatsProfile } from '../../../sim/nats/index.ts';
import { LiveRig } from './live-rig.ts';
import { markdownTable, mutationTable } from './mutation-table.ts';
import { record, recordedRuns } from './recording.ts';
import { warmUp } from './warm-up.ts';

const usage = `npm run conformance -- nats [--server ${serverVersions.join('|')}] [--ops N | --faults N] [--seed S] [--parallel N] [--shrink N]
                            [--install VERSION] [--record] [--mutations] [--fixed] [--losses CYCLES]
                            [--bands [--rows T18,T20] [--cycles N] [--clusters N]] [--links ${linkKinds.join('|')}]`;

/** Runs generated sequences on the model and on real servers and prints what was counted. Resolves to the exit code. */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(usage, parameters, () => compareAll(commandOptions(parameters)));
}

async function compareAll(options: CommandOptions): Promise<number> {
  const { version, seed } = options;
  if (options.mutations) return await mutations(profileOf(version));
  const binary = await installServer(version);
  if (binary.kind === 'missing') {
    console.error(`SKIPPED, nothing was compared: ${binary.problem}. To put it right: ${binary.command}`);
    return exitCodes.skipped;
  }
  if (options.install) {
    console.log(`nats-server ${version} is installed`);
    return exitCodes.agreed;
  }
  if (options.fixed) return await fixed(version);
  if (options.record) return await recordAll(version, seed, options.operations);
  if (options.bands) return (await bandsReport(version, options)) ? exitCodes.agreed : exitCodes.disagreed;
  if (options.losses !== undefined) {
    await lossesReport(version, options.losses, options);
    return exitCodes.agreed;
  }
  if (options.faults !== undefined) {
    const agreed = await faultsReport(version, { ...options, operations: options.faults });
    return agreed ? exitCodes.agreed : exitCodes.disagreed;
  }
  return await campaign(version, seed, options.operations, options.places, options.shrinkLimit);
}

/** Needs no server: what real ones answered is recorded. */
async function mutations(profile: NatsProfile['version']): Promise<number> {
  const rows = await mutationTable(profile, recordedRuns(profile));
  console.log(markdownTable(rows));
  const missed = rows.filter(({ sequence }) => sequence === undefined);
  console.log(
    `\nprofile ${profile}: ${rows.length - missed.length} of ${rows.length} deliberate errors found`,
  );
  return missed.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
}

/** The fixed sequences alone, for a server that no test runs on. */
async function fixed(version: ServerVersion): Promise<number> {
  return await onCluster(version, async (rig) => {
    const profile = profileOf(version);
    const outcomes = await runFixed(rig, profile);
    const different = outcomes.filter(({ differences }) => differences.length > 0);
    for (const { sequence, differences } of different) {
      console.log(`\n${sequence.id}: ${sequence.title}`);
      for (const { step, model, server } of differences) {
        console.log(`  step ${step}\n    model:  ${model}\n    server: ${server}`);
      }
    }
    console.log(
      `nats-server ${version}: ${outcomes.length - different.length} of ${outcomes.length} fixed sequences agree with profile ${profile}`,
    );
    return different.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
  });
}

/** Runs something on a cluster of its own. */
async function onCluster(
  version: ServerVersion,
  run: (rig: LiveRig, cluster: LiveCluster) => Promise<number>,
): Promise<number> {
  const cluster = await LiveCluster.start({
    version,
    name: 'conformance',
    nodeCount: 3,
    formWithinMs: 30_000,
  });
  const rig = new LiveRig(cluster);
  try {
    await warmUp(cluster);
    return await run(rig, cluster);
  } finally {
    await rig.close();
    await cluster.stop();
  }
}

async function recordAll(version: ServerVersion, seed: number, operations: number): Promise<number> {
  return await onCluster(version, async (rig) => {
    const runs = await record(rig, profileOf(version), seed, operations);
    const steps = runs.reduce((sum, { plan }) => sum + plan.steps.length, 0);
    console.log(`recorded ${steps} operations in ${runs.length} sequences on nats-server ${version}`);
    return exitCodes.agreed;
  });
}

async function campaign(
  version: ServerVersion,
  seed: number,
  operations: number,
  places: number,
  shrinkLimit: number,
): Promise<number> {
  return await onCluster(version, async (rig, cluster) => {
    const startMs = performance.now();
    const result = await new Campaign(rig, {
      version: profileOf(version),
      places,
      shrinkLimit,
      progress: () => checkAlive(cluster),
    }).run(plansOf(seed, operations));
    print(version, seed, result, (performance.now() - startMs) / 1000);
    return result.findings.length === 0 && result.settled.length === 0
      ? exitCodes.agreed
      : exitCodes.disagreed;
  });
}

/** A server that has ended by itself leaves every sequence to time out. Error: `LiveProblem` with the end of what it logged. */
function checkAlive(cluster: LiveCluster): void {
  for (const { name, process } of cluster.nodes) {
    if (!process.running)
      throw new LiveProblem(
        `${name} has ended by itself: ${process.log.slice(-3_000)}`,
        'run it with fewer --ops',
      );
  }
}

function print(version: string, seed: number, result: CampaignResult, seconds: number): void {
  for (const [signature, findings] of groups(result.findings)) {
    const [first] = findings;
    if (first === undefined) continue;
    const { plan, difference } = first;
    console.log(`\n${findings.length} × ${signature}`);
    console.log(`  model:  ${difference.model}`);
    console.log(`  server: ${difference.server}`);
    console.log(`  ${JSON.stringify({ ...plan, steps: plan.steps.slice(0, difference.place + 1) })}`);
  }
  for (const { plan, difference } of result.shrunk) {
    console.log(
      `\nshrunk\n  model:  ${difference.model}\n  server: ${difference.server}\n  ${JSON.stringify(plan)}`,
    );
  }
  for (const [id, count] of result.known) console.log(`known difference ${id}: ${count} sequences`);
  for (const id of result.settled) console.log(`known difference ${id} agrees now: remove its entry`);
  const { sequences, operations, unsteady, findings } = result;
  console.log(
    `nats-server ${version}, seed ${seed}: ${operations} operations in ${sequences} sequences agree with profile ${profileOf(
      serverVersion(version) ?? '2.12.15',
    )}, ${findings.length} sequences disagree, ${unsteady} agreed only when run again (${seconds.toFixed(0)} s)`,
  );
}
