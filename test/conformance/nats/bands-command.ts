import { profileOf, type ServerVersion } from '../../../chaos/live/nats/index.ts';
import type { NatsProfile } from '../../../sim/nats/index.ts';
import type { CommandOptions } from './command-options.ts';
import { distribution } from './distribution.ts';
import { onFaultCluster } from './fault-cluster.ts';
import type { Measure } from './fault-measure.ts';
import { comparisonLines, faultScripts, scriptOnModel } from './fault-scripts.ts';
import type { FaultScript } from './fault-script.ts';

type BandsOptions = Pick<CommandOptions, 'links' | 'rows' | 'cycles' | 'clusters' | 'seed'>;

/** Runs of the model that many cycles on servers are compared with. */
const modelRuns = 30;

/** The sequences that are judged by set or band, in both worlds. True: all fit. */
export async function bandsReport(version: ServerVersion, options: BandsOptions): Promise<boolean> {
  const { rows } = options;
  const scripts = faultScripts.filter(({ id }) => rows?.includes(id) ?? true);
  const fitting =
    options.cycles === 1 ? await once(version, scripts, options) : await manyTimes(version, scripts, options);
  console.log(
    `nats-server ${version}: ${fitting} of ${scripts.length} sequences fit on model and server (profile ${profileOf(version)}, links cut by ${options.links})`,
  );
  return fitting === scripts.length;
}

async function once(
  version: ServerVersion,
  scripts: readonly FaultScript[],
  { links }: BandsOptions,
): Promise<number> {
  const profile = profileOf(version);
  const run = async (rig: Parameters<FaultScript['run']>[0]): Promise<number> => {
    let fitting = 0;
    for (const [place, script] of scripts.entries()) {
      const model = await scriptOnModel(script, profile, BigInt(place + 1));
      const server = await script.run(rig, `s${String(place).padStart(5, '0')}`, profile);
      console.log(`${script.id}: ${script.title}`);
      for (const line of comparisonLines(model, server)) console.log(line);
      if ([...model, ...server].every(({ fits }) => fits)) fitting++;
    }
    return fitting;
  };
  return await onFaultCluster(version, links, run);
}

/** Clusters side by side share the cycles of each sequence; what was measured is told as a distribution. */
async function manyTimes(
  version: ServerVersion,
  scripts: readonly FaultScript[],
  options: BandsOptions,
): Promise<number> {
  const profile = profileOf(version);
  const servers = new Map<FaultScript, (readonly Measure[])[]>(scripts.map((script) => [script, []]));
  const turns = Array.from({ length: options.cycles }, (_, cycle) => cycle).flatMap((cycle) =>
    scripts.map((script) => ({ script, cycle })),
  );
  const work = turns.values();
  const one = async (): Promise<void> => {
    await onFaultCluster(version, options.links, async (rig) => {
      for (const { script, cycle } of work) {
        const name = `s${script.id}${String(cycle).padStart(4, '0')}`;
        const measures = await script.run(rig, name, profile);
        servers.get(script)?.push(measures);
        console.error(`${script.id}, cycle ${cycle + 1}: ${measures.map(({ seen }) => seen).join(' | ')}`);
      }
    });
  };
  await Promise.all(Array.from({ length: options.clusters }, one));
  let fitting = 0;
  for (const [script, seen] of servers) {
    const model = await manyOnModel(script, profile, options.seed);
    console.log(
      `${script.id}: ${script.title}; ${model.length} runs of the model, ${seen.length} on servers`,
    );
    for (const line of distributionLines(model, seen)) console.log(line);
    if ([...model, ...seen].flat().every(({ fits }) => fits)) fitting++;
  }
  return fitting;
}

async function manyOnModel(
  script: FaultScript,
  profile: NatsProfile['version'],
  seed: number,
): Promise<readonly (readonly Measure[])[]> {
  const runs = [];
  for (let run = 0; run < modelRuns; run++)
    runs.push(await scriptOnModel(script, profile, BigInt(seed + run)));
  return runs;
}

function distributionLines(
  model: readonly (readonly Measure[])[],
  servers: readonly (readonly Measure[])[],
): readonly string[] {
  return (model[0] ?? []).map(({ what, expected }, place) => {
    const [ours, theirs] = [model, servers].map((runs) => runs.flatMap((measures) => measures[place] ?? []));
    const outside = [...(ours ?? []), ...(theirs ?? [])].filter(({ fits }) => !fits).length;
    const verdict = outside === 0 ? '' : `  <- ${outside} differ`;
    const [left, right] = [ours, theirs].map((measures) =>
      distribution((measures ?? []).map(({ seen }) => seen)),
    );
    return `  ${what}: model ${left}; server ${right} (${expected})${verdict}`;
  });
}
