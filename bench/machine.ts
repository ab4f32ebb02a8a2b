const steps = 30_000_000;
const reads = 3_000_000;
const places = 16 * 1024 * 1024;

/**
 * How fast this machine is at this moment, in nanoseconds of processor time: the same machine was seen 1.6 times as slow an
 * hour later, and ratios to real time go with it.
 */
export function benchMachine(): Readonly<Record<string, number>> {
  compute(steps / 10);
  const order = scattered();
  follow(order, reads / 10);
  return {
    'dependent multiplication and addition, ns': timed(() => compute(steps)) / steps,
    'dependent read out of 64 MiB, ns': timed(() => follow(order, reads)) / reads,
  };
}

function timed(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) * 1000;
}

function compute(count: number): number {
  let value = 1;
  for (let step = 0; step < count; step++) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  return value;
}

/** Where to read next, for each place: one circle through all of them, in no order that a cache could guess. */
function scattered(): Uint32Array {
  const order = Uint32Array.from({ length: places }, (_, index) => index);
  let value = 1;
  for (let index = places - 1; index > 0; index--) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((value / 2 ** 32) * index);
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

function follow(order: Uint32Array, count: number): number {
  let place = 0;
  for (let read = 0; read < count; read++) place = order[place] ?? 0;
  return place;
}
