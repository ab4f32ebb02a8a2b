/** Work in short pieces: only a function that is called often is sure to run as it is compiled best. */
const pieces = 30_000;
const stepsAPiece = 1000;
const readsAPiece = 100;
const places = 16 * 1024 * 1024;

/**
 * How fast this machine is at this moment, in nanoseconds of processor time: the same machine was seen 1.6 times as slow an
 * hour later, and ratios to real time go with it.
 */
export function benchMachine(): Readonly<Record<string, number>> {
  const order = scattered();
  return {
    'dependent multiplication and addition, ns': timed(compute) / stepsAPiece,
    'dependent read out of 64 MiB, ns': timed((place) => follow(order, place)) / readsAPiece,
  };
}

/** Nanoseconds of a piece, each going on where the one before ended. */
function timed(work: (from: number) => number): number {
  let at = 0;
  for (let piece = 0; piece < pieces; piece++) at = work(at);
  const before = process.threadCpuUsage();
  for (let piece = 0; piece < pieces; piece++) at = work(at);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / pieces;
}

function compute(from: number): number {
  let value = from;
  for (let step = 0; step < stepsAPiece; step++) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
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

function follow(order: Uint32Array, from: number): number {
  let place = from;
  for (let read = 0; read < readsAPiece; read++) place = order[place] ?? 0;
  return place;
}
