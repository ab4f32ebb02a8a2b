import { expect, test } from 'vitest';
import { epochUs, HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';

function setUp(): { kernel: Kernel; clock: HostClock; process: SimProcess } {
  const kernel = new Kernel({ seed: 7n });
  const clock = new HostClock(kernel);
  return { kernel, clock, process: new SimProcess(kernel, 'p', 'p-1', clock) };
}

test('a killed process never resumes: timers, sleeps and promises are gone', async () => {
  const { kernel, process } = setUp();
  const seen: string[] = [];
  const pending = process.deferred<string>();
  void pending.promise.then((value) => seen.push(value));
  void process.sleep(10).then(() => seen.push('slept'));
  process.after(10, () => seen.push('timer'));
  process.every(3, () => seen.push('tick'));
  kernel.at(5000, () => process.kill(), undefined, undefined);
  kernel.at(9000, () => pending.resolve('answer'), undefined, undefined);
  await kernel.run(1_000_000);
  expect(seen).toEqual(['tick']);
});

test('a frozen process catches up when resumed, with one tick for all the periods it missed', async () => {
  const { kernel, process } = setUp();
  const seen: string[] = [];
  process.after(2, () => seen.push(`timer at ${kernel.nowUs}`));
  process.every(10, () => seen.push(`tick at ${kernel.nowUs}`));
  kernel.at(1000, () => process.freeze(), undefined, undefined);
  kernel.at(35_000, () => process.resume(), undefined, undefined);
  await kernel.run(45_000);
  expect(seen).toEqual(['timer at 35000', 'tick at 35000', 'tick at 40000']);
});

test('wall clocks can be offset, step, drift and freeze; monotonic time never goes back', async () => {
  const { kernel, clock, process } = setUp();
  await kernel.run(1_000_000);
  expect(process.wallUs()).toBe(epochUs + 1_000_000);
  clock.step(-60_000_000);
  expect(process.wallUs()).toBe(epochUs + 1_000_000 - 60_000_000);
  expect(process.monotonicMs()).toBe(1000);
  clock.drift(1000);
  await kernel.run(11_000_000);
  expect(process.wallUs()).toBe(epochUs + 11_010_000 - 60_000_000);
  clock.freeze();
  await kernel.run(12_000_000);
  expect(process.wallUs()).toBe(epochUs + 11_010_000 - 60_000_000);
  clock.thaw();
  await kernel.run(13_000_000);
  expect(process.wallUs()).toBe(epochUs + 12_011_000 - 60_000_000);
});

test('a cancelled timer does not fire', async () => {
  const { kernel, process } = setUp();
  let fired = 0;
  const timer = process.after(5, () => fired++);
  const period = process.every(2, () => fired++);
  timer.cancel();
  kernel.at(5000, () => period.cancel(), undefined, undefined);
  await kernel.run(100_000);
  expect(fired).toBe(2);
});
