import { benchCassandra } from './cassandra.ts';
import { benchCharts } from './charts.ts';
import { benchKernel } from './kernel.ts';
import { benchMachine } from './machine.ts';
import { benchNats } from './nats.ts';
import { benchUCharts } from './uchart.ts';
import { flagsOf, runTool, wholeNumber } from '../scenarios/cli/flags.ts';
import { parseSeed } from '../scenarios/cli/seed.ts';
import type { RunResult } from '../scenarios/run-result.ts';
import { runScenario } from '../scenarios/runner.ts';
import { profileByRoom } from './profile.ts';

const usage = `npm run bench -- [--quick] [--hours N] [--seed N]
  --quick  the alone parts and one virtual hour of each workload
  --hours  virtual hours of the memory figures (24)
  --seed   seed of the workloads (1)`;

const mebibyte = 1024 * 1024;

interface Measured {
  readonly result: RunResult;
  readonly ratio: number;
  /** The same against processor time of all threads: what a core that nobody shares would show, or a little less. */
  readonly cpuRatio: number;
  readonly rssMebibytes: readonly { readonly hour: number; readonly rss: number; readonly heap: number }[];
}

async function measure(
  seed: bigint,
  scenario: string,
  tools: number,
  minutes: number,
  further: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const rssMebibytes: { hour: number; rss: number; heap: number }[] = [];
  let nextUs = 0;
  const cpuBefore = process.cpuUsage();
  const result = await runScenario(
    { scenario, seed, overrides: { tools: String(tools), minutes: String(minutes), ...further } },
    {
      progress({ virtualUs }) {
        if (virtualUs < nextUs) return;
        globalThis.gc?.();
        const memory = process.memoryUsage();
        rssMebibytes.push({
          hour: virtualUs / 3.6e9,
          rss: memory.rss / mebibyte,
          heap: (memory.heapUsed + memory.external) / mebibyte,
        });
        nextUs = virtualUs + Math.max(1, minutes / 12) * 60e6;
      },
    },
  );
  const cpu = process.cpuUsage(cpuBefore);
  const ratio = result.virtualUs / 1000 / result.wallMs;
  return { result, ratio, cpuRatio: result.virtualUs / (cpu.user + cpu.system), rssMebibytes };
}

function line(label: string, ...columns: readonly string[]): void {
  console.log(`${label.padEnd(44)}${columns.map((column) => column.padStart(14)).join('')}`);
}

function say({ result, ratio, cpuRatio }: Measured, label: string): void {
  const virtualSeconds = result.virtualUs / 1e6;
  console.log(
    `\n${label}  (seed ${result.seed}, verdict ${result.verdict}, ${result.faults.length} faults, ${result.rules.length} rules)`,
  );
  line('  virtual : wall', `${ratio.toFixed(0)} ×`);
  line('  virtual : processor time, all threads', `${cpuRatio.toFixed(0)} ×`);
  line('  events per virtual second', (result.events / virtualSeconds).toFixed(0));
  line('  events per wall second', ((result.events / result.wallMs) * 1000).toFixed(0));
  line(
    '  wall microseconds per request',
    ((result.wallMs * 1000) / (result.figures['requestsAcknowledged'] ?? 1)).toFixed(1),
  );
  line(
    '  requests, contexts',
    String(result.figures['requestsAcknowledged']),
    String(result.figures['contextsProcessed']),
  );
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
  for (const [name, value] of Object.entries(benchMachine())) line(`  ${name}`, value.toFixed(1));
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
  const reference = await measure(seed, 'reference-day', 1500, minutes);
  say(reference, `reference workload, 1,500 tools, ${minutes} virtual minutes`);

  const large = await measure(seed, 'reference-day', 6000, Math.min(minutes, 60));
  say(large, `6,000 tools, ${Math.min(minutes, 60)} virtual minutes`);
  const costs = [reference, large].map(
    ({ result, cpuRatio }) => 1 / cpuRatio / (result.figures['tools'] ?? 1),
  );
  line('  cost of a tool-second, 6,000 over 1,500', `${((costs[1] ?? 0) / (costs[0] ?? 1)).toFixed(2)} ×`);

  // The tools of the generator have 1 to 4 chambers, 2.5 on average.
  const chambers = await measure(seed, 'chambers', 2400, Math.min(minutes, 60), { defenders: '150' });
  say(chambers, '6,000 chambers as units, 150 Defenders of one colour');
  const [early, late] = [chambers.rssMebibytes.at(3), chambers.rssMebibytes.at(-1)];
  line(
    '  heap + buffers, a quarter in and at the end, MiB',
    ...[early, late].map((at) => (at?.heap ?? 0).toFixed(0)),
  );

  console.log('\nwhere the time goes (self time by room, 30 virtual minutes)');
  for (const { room, share } of await profileByRoom(async () => {
    await measure(seed, 'reference-day', 1500, 30);
  })) {
    if (share >= 0.005) line(`  ${room}`, `${(share * 100).toFixed(1)} %`);
  }

  if (!values.quick) {
    const long = await measure(seed, 'reference-day', 1500, hours * 60);
    say(long, `reference workload over ${hours} virtual hours`);
    console.log('  hour   resident MiB   heap + buffers MiB');
    for (const { hour, rss, heap } of long.rssMebibytes) {
      console.log(
        `  ${hour.toFixed(1).padStart(4)} ${rss.toFixed(0).padStart(14)} ${heap.toFixed(0).padStart(20)}`,
      );
    }
  }
  return 0;
}

await runTool(usage, main);
