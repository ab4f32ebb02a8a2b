import { benchCassandra } from './cassandra.ts';
import { benchCharts } from './charts.ts';
import { benchKernel } from './kernel.ts';
import { benchMachine } from './machine.ts';
import { benchNats } from './nats.ts';
import { benchUCharts } from './uchart.ts';
import { flagsOf, runTool, wholeNumber } from '../scenarios/cli/flags.ts';
import { parseSeed } from '../scenarios/cli/seed.ts';
import type { Measured, Workload } from './workload.ts';
import { runWorkload, runWorkloadOnOneCore, sparingFlags } from './workload-process.ts';

const usage = `npm run bench -- [--quick] [--hours N] [--seed N]
  --quick  the alone parts and one virtual hour of each workload
  --hours  virtual hours of the memory figures (24)
  --seed   seed of the workloads (1)`;

function line(label: string, ...columns: readonly string[]): void {
  console.log(`${label.padEnd(44)}${columns.map((column) => column.padStart(14)).join('')}`);
}

function say(label: string, { result, faults, rules, processorUs }: Measured): void {
  const { seed, verdict, virtualUs, wallMs, events, figures } = result;
  console.log(`\n${label}  (seed ${seed}, verdict ${verdict}, ${faults} faults, ${rules} rules)`);
  line('  virtual : wall', times(virtualUs / 1000 / wallMs));
  line('  virtual : processor time, all threads', times(virtualUs / processorUs));
  line('  events per virtual second', ((events / virtualUs) * 1e6).toFixed(0));
  line('  events per wall second', ((events / wallMs) * 1000).toFixed(0));
  line(
    '  wall microseconds per request',
    ((wallMs * 1000) / (figures['requestsAcknowledged'] ?? 1)).toFixed(1),
  );
  line('  requests, contexts', String(figures['requestsAcknowledged']), String(figures['contextsProcessed']));
}

function times(ratio: number): string {
  return `${ratio.toFixed(0)} ×`;
}

/** All threads on one processor, or why that was not measured. */
async function onOneCore(workload: Workload): Promise<string> {
  try {
    const { result } = await runWorkloadOnOneCore(workload);
    return times(result.virtualUs / 1000 / result.wallMs);
  } catch (error) {
    return `not measured: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function costOfToolSecond({ result, processorUs }: Measured): number {
  return processorUs / result.virtualUs / (result.figures['tools'] ?? 1);
}

/**
 * Measures the simulator on the reference workload (DESIGN, speed): ratio to real time, events, memory over 24 virtual
 * hours, growth with the number of tools, and where the time goes. Figures are of this machine; compare ratios only.
 */
async function main(parameters: readonly string[]): Promise<number> {
  const values = flagsOf(parameters, {
    hours: { type: 'string', default: '24' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  });
  const hours = wholeNumber('hours', values.hours, 1);
  const seed = parseSeed(values.seed);
  console.log('the machine, now');
  for (const [name, value] of Object.entries(benchMachine())) line(`  ${name}`, value.toFixed(2));
  console.log('the chart codecs alone');
  for (const [label, ...columns] of benchCharts()) line(`  ${label}`, ...columns);
  console.log('U-charts, strategies and caches, each context of 10 SVIDs × 120 points');
  for (const [label, ...columns] of benchUCharts()) line(`  ${label}`, ...columns);
  console.log('the kernel alone');
  for (const [name, value] of Object.entries(await benchKernel())) line(`  ${name}`, value.toFixed(2));
  console.log('the store alone');
  for (const [name, value] of Object.entries(await benchCassandra())) line(`  ${name}`, value.toFixed(1));
  console.log('the message broker alone');
  for (const [name, value] of Object.entries(await benchNats())) line(`  ${name}`, value.toFixed(1));

  const minutes = values.quick ? 60 : 120;
  const short = Math.min(minutes, 60);
  const common = { scenario: 'reference-day', seed: String(seed), further: {}, look: 'time' } as const;
  const workload: Workload = { ...common, tools: 1500, minutes };
  const reference = await runWorkload(workload);
  say(`reference workload, 1,500 tools, ${minutes} virtual minutes`, reference);
  line('  virtual : wall, every thread on one core', await onOneCore(workload));

  const large = await runWorkload({ ...common, tools: 6000, minutes: short });
  say(`6,000 tools, ${short} virtual minutes`, large);
  line(
    '  cost of a tool-second, 6,000 over 1,500',
    `${(costOfToolSecond(large) / costOfToolSecond(reference)).toFixed(2)} ×`,
  );

  // The tools of the generator have 1 to 4 chambers, 2.5 on average.
  const chambers = await runWorkload({
    ...common,
    scenario: 'chambers',
    tools: 2400,
    minutes: short,
    further: { defenders: '150' },
  });
  say('6,000 chambers as units, 150 Defenders of one colour', chambers);
  line('  resident at most, MiB', chambers.peakResidentMebibytes.toFixed(0));

  console.log('\nwhere the time goes (self time by room, 30 virtual minutes)');
  const { shares } = await runWorkload({ ...common, tools: 1500, minutes: 30, look: 'profile' });
  for (const { room, share } of shares) {
    if (share >= 0.005) line(`  ${room}`, `${(share * 100).toFixed(1)} %`);
  }

  if (!values.quick) {
    const long = await runWorkload({ ...common, tools: 1500, minutes: hours * 60, look: 'memory' });
    say(`reference workload over ${hours} virtual hours, ${sparingFlags.join(' ')}`, long);
    line('  resident at most, MiB', long.peakResidentMebibytes.toFixed(0));
    console.log('  hour   resident MiB   heap + buffers MiB');
    for (const { hour, residentMebibytes, heapMebibytes } of long.readings) {
      console.log(
        `  ${hour.toFixed(1).padStart(4)} ${residentMebibytes.toFixed(0).padStart(14)} ${heapMebibytes.toFixed(0).padStart(20)}`,
      );
    }
  }
  return 0;
}

await runTool(usage, main);
