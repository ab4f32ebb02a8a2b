import { profileOf, type LinkKind, type ServerVersion } from '../../../chaos/live/nats/index.ts';
import { faultCampaign, type FaultCampaignOptions, type FaultTotals } from './fault-campaign.ts';
import { keepFault, keptFaults } from './fault-corpus.ts';
import { lossCycle, lossSettings, type LossCycle } from './fault-losses.ts';
import { onFaultCluster } from './fault-cluster.ts';
import { ModelFaultRig } from './fault-rig.ts';
import { faultTolerations, incomparable } from './fault-tolerations.ts';

/** Kept and generated plans under faults in both worlds, with what was counted. True: every rule held that must. */
export async function faultsReport(
  version: ServerVersion,
  options: Pick<FaultCampaignOptions, 'seed' | 'operations' | 'shrinkLimit'> & { readonly links: LinkKind },
): Promise<boolean> {
  const profile = profileOf(version);
  const startMs = performance.now();
  return await onFaultCluster(version, options.links, async (rig) => {
    const { sequences, model, server, findings } = await faultCampaign(rig, {
      ...options,
      version: profile,
      kept: keptFaults(profile).map(({ plan }) => plan),
      progress: (line) => console.error(line),
    });
    for (const finding of findings) {
      console.log(`${finding.world}: ${JSON.stringify(finding.outcome.violations)}`);
      console.log(`  kept as ${keepFault(finding, profile)}`);
    }
    print('model', model);
    print(`nats-server ${version}`, server);
    for (const [word, count] of onlyIn(model, server))
      console.log(`only the model answered ${word} (${count} times)`);
    for (const [word, count] of onlyIn(server, model))
      console.log(`only the server answered ${word} (${count} times)`);
    const unlike = incomparable(profile, { model: model.broken, server: server.broken });
    for (const rule of unlike)
      console.log(`${rule} is broken much more often in one world than in the other`);
    for (const { rule } of faultTolerations.filter((toleration) => toleration.profile === profile)) {
      if (!server.broken.has(rule)) console.log(`${rule} was tolerated, and no server broke it in this run`);
    }
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    console.log(
      `nats-server ${version}, seed ${options.seed}: ${server.operations} operations under faults in ${sequences} sequences; ${findings.length} broke a rule that profile ${profile} keeps (${seconds} s)`,
    );
    return findings.length === 0 && unlike.length === 0;
  });
}

/** What cuts of a leader cost, in both worlds: counted, not judged. */
export async function lossesReport(
  version: ServerVersion,
  cycles: number,
  options: { readonly seed: number; readonly links: LinkKind },
): Promise<void> {
  const profile = profileOf(version);
  await onFaultCluster(version, options.links, async (rig) => {
    for (const [place, setting] of lossSettings.entries()) {
      const model: LossCycle[] = [];
      const server: LossCycle[] = [];
      for (let cycle = 0; cycle < cycles; cycle++) {
        // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
        await new Promise((resolve) => setImmediate(resolve));
        const world = new ModelFaultRig(profile, BigInt(options.seed + cycle));
        model.push(await world.run(() => lossCycle(world, 'l00000', setting)));
        server.push(await lossCycle(rig, `l${place}${String(cycle).padStart(4, '0')}`, setting));
      }
      console.log(`${setting.title}\n  ${lossLine('model', model)}\n  ${lossLine(version, server)}`);
    }
  });
}

function lossLine(world: string, cycles: readonly LossCycle[]): string {
  const losing = cycles.filter(({ lost }) => lost > 0).length;
  const each = cycles.map(({ lost, left, diverging }) => `${lost}/${left}/${diverging}`).join(' ');
  return `${world}: ${losing} of ${cycles.length} cycles lose; lost/left/diverging: ${each}`;
}

function print(world: string, totals: FaultTotals): void {
  const { operations, clear, ambiguous, deliveries, redeliveries, writes, broken } = totals;
  const rules = [...broken].map(([rule, count]) => `${rule} in ${count}`).join(', ') || 'none';
  console.log(
    `${world}: ${operations} operations, ${clear} clear answers and ${ambiguous} ambiguous ones, ${deliveries} deliveries (${redeliveries} again), ${writes} writes of buckets; rules broken: ${rules}`,
  );
}

function onlyIn(one: FaultTotals, other: FaultTotals): readonly (readonly [string, number])[] {
  return [...one.words].filter(([word]) => !other.words.has(word));
}
