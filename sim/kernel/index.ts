export type { EventHandle } from './event-queue.ts';
export { Fingerprint } from './fingerprint.ts';
export { epochUs, HostClock } from './host-clock.ts';
export { Kernel, type Checkpoint, type KernelOptions, type TraceSink } from './kernel.ts';
export { hashText, mix32, RandomStream } from './random-stream.ts';
export { PlacedSet, type Placed } from './placed-set.ts';
export { Deferred, SimProcess, type ProcessState } from './sim-process.ts';
export { SimulationError, type SimulationErrorCode } from './simulation-error.ts';
