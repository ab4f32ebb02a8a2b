import { RandomStream } from '../kernel/index.ts';

/** SVIDs that a tool reports in every context of the reference workload. */
export const svids: readonly number[] = [1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010];

/** Points of a shape over the context, both ends included. */
export const shapePoints = 257;

type Shape = 'plateau' | 'ramp' | 'decay' | 'oscillation';
const shapes: readonly Shape[] = ['plateau', 'ramp', 'decay', 'oscillation'];

/** How one SVID behaves in one recipe. */
export interface SignalShape {
  /** Reading without noise, over the context, `shapePoints` of them. */
  readonly levels: Float64Array;
  /** Standard deviation of the noise of a reading. */
  readonly noise: number;
  /** Standard deviation of the offset from one context to the next, and from one tool to the next. */
  readonly contextOffset: number;
  readonly toolOffset: number;
  /** Readings per unit: 100 for a sensor that shows two decimals. */
  readonly resolution: number;
}

export interface Recipe {
  readonly name: string;
  /** Length of its contexts over the median of all recipes. */
  readonly lengthFactor: number;
  readonly signals: readonly SignalShape[];
}

const names = [
  'oxide-etch',
  'poly-etch',
  'metal-etch',
  'clean',
  'anneal',
  'implant',
  'oxide-cvd',
  'nitride-cvd',
] as const;

/** Standard normal at the middle of each eighth of its distribution. */
const eighths = [-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341] as const;
const recipeLengthSigma = 0.6;

/** Recipes are facts of the fab and no part of chance: they are the same for every seed. */
const fabSeed = 20_260_105n;

/** Eight families; their lengths are the eighths of a log-normal distribution with sigma 0.6. */
export const recipes: readonly Recipe[] = names.map((name, index) => ({
  name,
  lengthFactor: Math.exp(recipeLengthSigma * (eighths[index] ?? 0)),
  signals: svids.map((svid) => signalShape(new RandomStream(fabSeed, `recipe/${name}`, svid))),
}));

function signalShape(random: RandomStream): SignalShape {
  const shape = random.pick(shapes);
  const span = 10 ** (1 + 2 * random.float());
  const base = span * (0.2 + random.float());
  const periods = random.integer(2, 5);
  const levels = Float64Array.from(
    { length: shapePoints },
    (_level, point) => base + span * shapeAt(shape, point / (shapePoints - 1), periods),
  );
  return {
    levels: smooth(levels),
    noise: 0.004 * span,
    contextOffset: 0.002 * span,
    toolOffset: 0.0004 * span,
    resolution: 10 ** (8 - Math.ceil(Math.log10(span))),
  };
}

/** Level in about −1…1 at `progress` 0…1. Every shape starts and ends at rest. */
function shapeAt(shape: Shape, progress: number, periods: number): number {
  const running = progress > 0.08 && progress < 0.92;
  const step = (progress - 0.08) / 0.84;
  switch (shape) {
    case 'plateau':
      return running ? 1 : 0;
    case 'ramp':
      return running ? step : 0;
    case 'decay':
      return running ? Math.exp(-3 * step) : 0;
    case 'oscillation':
      return running ? 0.7 + 0.3 * Math.sin(2 * Math.PI * periods * step) : 0;
  }
}

/** Nothing in a machine jumps: each edge takes some hundredths of the context. */
function smooth(levels: Float64Array): Float64Array {
  const reach = 8;
  return levels.map((_level, point) => {
    let sum = 0;
    for (let offset = -reach; offset <= reach; offset++) {
      sum += levels[Math.min(shapePoints - 1, Math.max(0, point + offset))] ?? 0;
    }
    return sum / (2 * reach + 1);
  });
}
