import { readFileSync } from 'node:fs';
import { nextTick } from 'node:process';
import { describe, expect, test } from 'vitest';
import { HostClock, Kernel, SimProcess, SimulationError } from '../../../sim/kernel/index.ts';

function newProcess(kernel: Kernel, name = 'p'): SimProcess {
  return new SimProcess(kernel, name, `${name}-1`, new HostClock(kernel));
}

async function failureOf(run: Promise<void>): Promise<SimulationError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
  throw new Error('the run did not fail');
}

describe('boundary', () => {
  test('every continuation, however deep, runs before the next event', async () => {
    const kernel = new Kernel({ seed: 1n });
    const process = newProcess(kernel);
    const seen: string[] = [];
    const deep = async (depth: number): Promise<void> => {
      for (let level = 0; level < depth; level++) await Promise.resolve();
      seen.push(`depth ${depth} at ${kernel.nowUs}`);
    };
    void (async () => {
      await process.sleep(1);
      await deep(10_000);
    })();
    kernel.at(1001, () => seen.push('next event'), undefined, undefined);
    await kernel.run(2000);
    expect(seen).toEqual(['depth 10000 at 1000', 'next event']);
  });

  test('what was asked for with nextTick runs before the next event too', async () => {
    const kernel = new Kernel({ seed: 1n });
    const process = newProcess(kernel);
    const seen: string[] = [];
    void (async () => {
      await process.sleep(1);
      nextTick(() => void Promise.resolve().then(() => seen.push(`tick at ${kernel.nowUs}`)));
    })();
    kernel.at(1001, () => seen.push('next event'), undefined, undefined);
    await kernel.run(2000);
    expect(seen).toEqual(['tick at 1000', 'next event']);
  });

  test('asynchronous code started before the run reaches its first wait', async () => {
    const kernel = new Kernel({ seed: 1n });
    const process = newProcess(kernel);
    const times: number[] = [];
    void (async () => {
      for (let step = 0; step < 3; step++) {
        await process.sleep(10);
        times.push(kernel.nowUs);
      }
    })();
    await kernel.run(1_000_000);
    expect(times).toEqual([10_000, 20_000, 30_000]);
  });
});

describe('fingerprint', () => {
  async function run(seed: bigint, trace: boolean): Promise<string> {
    const kernel = new Kernel({ seed });
    const process = newProcess(kernel);
    if (trace) kernel.traceTo(() => undefined);
    void (async () => {
      for (let step = 0; step < 200; step++) await process.sleep(1 + process.random.integer(0, 9));
    })();
    await kernel.run(10_000_000);
    return kernel.fingerprint.digest();
  }

  test('is equal for equal seeds, traced or not, and differs between seeds', async () => {
    const first = await run(1n, false);
    expect(await run(1n, false)).toBe(first);
    expect(await run(1n, true)).toBe(first);
    expect(await run(2n, false)).not.toBe(first);
    expect(await run((1n << 32n) + 1n, false)).not.toBe(first);
  });
});

describe('guard', () => {
  const offences: [string, () => unknown][] = [
    ['Date.now', () => Date.now()],
    ['Date', () => new Date()],
    ['Math.random', () => Math.random()],
    ['performance.now', () => performance.now()],
    ['setTimeout', () => setTimeout(() => undefined, 1)],
    ['fs.readFileSync', () => readFileSync('/etc/hostname')],
    ['crypto.randomUUID', () => crypto.randomUUID()],
    ['process.hrtime.bigint', () => process.hrtime.bigint()],
  ];
  test.each(offences)(
    '%s is refused inside a simulation, with the stack of the offender',
    async (name, offend) => {
      const kernel = new Kernel({ seed: 1n });
      kernel.at(5, offend, undefined, undefined);
      const error = await failureOf(kernel.run(10));
      expect(error.code).toBe('ambient');
      expect(error.message).toContain(name);
      expect(error.stack).toContain('kernel.test.ts');
    },
  );

  test('an offence that is swallowed still fails the run', async () => {
    const kernel = new Kernel({ seed: 1n });
    kernel.at(
      5,
      () => {
        try {
          Math.random();
        } catch {
          // The offender hides it.
        }
      },
      undefined,
      undefined,
    );
    expect((await failureOf(kernel.run(10))).code).toBe('ambient');
  });

  test('outside a simulation everything works as before, and a date made from a number works inside', async () => {
    const kernel = new Kernel({ seed: 1n });
    const years: number[] = [];
    kernel.at(5, () => years.push(new Date(0).getUTCFullYear()), undefined, undefined);
    await kernel.run(10);
    expect(years).toEqual([1970]);
    expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
    expect(new Date()).toBeInstanceOf(Date);
    expect(Math.random()).toBeLessThan(1);
  });
});

describe('failures', () => {
  test('an event loop without progress is reported, not hung', async () => {
    const kernel = new Kernel({ seed: 1n, maxEventsPerMoment: 1000 });
    function again(): void {
      kernel.after(0, again, undefined, undefined);
    }
    kernel.at(7, again, undefined, undefined);
    const error = await failureOf(kernel.run(100));
    expect(error.code).toBe('no-progress');
    expect(error.message).toContain('again');
  });

  test('a promise loop through ports without an event is reported, not hung', async () => {
    const kernel = new Kernel({ seed: 1n, maxWakesPerEvent: 1000 });
    const process = newProcess(kernel);
    void (async () => {
      await process.sleep(1);
      for (;;) {
        const deferred = process.deferred<void>();
        deferred.resolve();
        await deferred.promise;
      }
    })();
    expect((await failureOf(kernel.run(10_000))).code).toBe('no-progress');
  });

  test('an unhandled rejection of the system ends the run and is named', async () => {
    const kernel = new Kernel({ seed: 1n });
    const process = newProcess(kernel);
    void (async () => {
      await process.sleep(1);
      throw new Error('nobody looks at me');
    })();
    const error = await failureOf(kernel.run(10_000_000));
    expect(error.code).toBe('unhandled-rejection');
    expect(error.message).toContain('nobody looks at me');
  });

  test('one that somebody handles only at a later event ends it too, as it ends a process of Node', async () => {
    const kernel = new Kernel({ seed: 1n });
    const process = newProcess(kernel);
    let isHandled = false;
    void (async () => {
      await process.sleep(1);
      const failing = (async () => {
        await process.sleep(1);
        throw new Error('too early');
      })();
      await process.sleep(2);
      await failing.catch(() => {
        isHandled = true;
      });
    })();
    const error = await failureOf(kernel.run(10_000_000));
    expect(error.message).toContain('too early');
    expect(kernel.nowUs).toBe(2000);
    expect(isHandled).toBe(false);
  });

  test('an event that throws is a crash with its cause', async () => {
    const kernel = new Kernel({ seed: 1n });
    kernel.at(
      3,
      () => {
        throw new TypeError('broken model');
      },
      undefined,
      undefined,
    );
    const error = await failureOf(kernel.run(10));
    expect(error.code).toBe('crash');
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('a limit of events is reported', async () => {
    const kernel = new Kernel({ seed: 1n, maxEvents: 10 });
    const process = newProcess(kernel);
    process.every(1, () => undefined);
    expect((await failureOf(kernel.run(1_000_000))).code).toBe('limit');
  });
});
