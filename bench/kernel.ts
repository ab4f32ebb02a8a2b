import { HostClock, Kernel, SimProcess } from '../sim/kernel/index.ts';

const chains = 4000;
const virtualUs = 10_000_000;

/** Wall microseconds of one event on a queue as full as that of the reference workload, by what the event does. */
export async function benchKernel(): Promise<Readonly<Record<string, number>>> {
  return {
    'event that schedules the next, µs': await timed((kernel) => {
      start(kernel, again);
    }),
    'the same, with a timer of 5 s set and cancelled, µs': await timed((kernel) => {
      start(kernel, againWithTimer);
    }),
    'event that resumes a promise, µs': await timed((kernel) => {
      const process = new SimProcess(kernel, 'bench', 'bench', new HostClock(kernel));
      for (let chain = 0; chain < chains; chain++) void sleepOn(process, 5 + (chain % 91));
    }),
  };
}

async function timed(setUp: (kernel: Kernel) => void): Promise<number> {
  const kernel = new Kernel({ seed: 1n });
  setUp(kernel);
  await kernel.run(virtualUs / 10);
  const before = kernel.events;
  const startMs = performance.now();
  await kernel.run(virtualUs);
  return ((performance.now() - startMs) * 1000) / (kernel.events - before);
}

function start(kernel: Kernel, event: (kernel: Kernel, periodUs: number) => void): void {
  for (let chain = 0; chain < chains; chain++) {
    const periodUs = 5_003 + ((chain * 7919) % 90_001);
    kernel.after(periodUs, event, kernel, periodUs);
  }
}

function again(kernel: Kernel, periodUs: number): void {
  kernel.after(periodUs, again, kernel, periodUs);
}

function againWithTimer(kernel: Kernel, periodUs: number): void {
  const timer = kernel.after(5_000_000, again, kernel, periodUs);
  kernel.after(periodUs, againWithTimer, kernel, periodUs);
  kernel.cancel(timer);
}

async function sleepOn(process: SimProcess, periodMs: number): Promise<void> {
  for (;;) await process.sleep(periodMs);
}
