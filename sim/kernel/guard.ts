import child_process from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import module from 'node:module';
import net from 'node:net';
import perf_hooks from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { SimulationError } from './simulation-error.ts';

/**
 * While a slice of a simulation runs, real time, chance, sockets, files and processes are out of reach: whoever calls
 * them gets a `SimulationError` whose stack names the place. The traps are put in once and look at one flag.
 */
let simulating = false;
let installed = false;
let firstOffence: SimulationError | undefined;

function offend(name: string): never {
  const offence = new SimulationError(
    `${name} is out of reach in a simulation: use the port instead`,
    'ambient',
  );
  firstOffence ??= offence;
  throw offence;
}

function trap(owner: object, key: string, name: string): void {
  const original: unknown = Reflect.get(owner, key);
  if (typeof original !== 'function') return;
  const trapped = function (this: unknown, ...args: unknown[]): unknown {
    if (simulating) offend(name);
    if (new.target !== undefined) return Reflect.construct(original, args, original);
    return Reflect.apply(original, this, args);
  };
  for (const property of Reflect.ownKeys(original)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(original, property);
    if (descriptor !== undefined && property !== 'length' && property !== 'name') {
      Reflect.defineProperty(trapped, property, { ...descriptor, configurable: true });
    }
  }
  const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
  Reflect.defineProperty(owner, key, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? true,
    writable: true,
    value: trapped,
  });
}

function trapDate(): void {
  const RealDate = globalThis.Date;
  const now = RealDate.now.bind(RealDate);
  const guarded = function (this: unknown, ...args: unknown[]): unknown {
    if (simulating && (args.length === 0 || new.target === undefined)) offend('Date');
    if (new.target === undefined) return RealDate();
    return Reflect.construct(RealDate, args, new.target);
  };
  guarded.prototype = RealDate.prototype;
  guarded.parse = RealDate.parse.bind(RealDate);
  guarded.UTC = RealDate.UTC.bind(RealDate);
  guarded.now = (): number => (simulating ? offend('Date.now') : now());
  Reflect.set(globalThis, 'Date', guarded);
  RealDate.prototype.constructor = guarded;
}

function install(): void {
  if (installed) return;
  installed = true;
  trapDate();
  trap(Math, 'random', 'Math.random');
  trap(performance, 'now', 'performance.now');
  trap(process, 'hrtime', 'process.hrtime');
  trap(process.hrtime, 'bigint', 'process.hrtime.bigint');
  trap(perf_hooks.performance, 'now', 'performance.now');
  trap(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues');
  trap(globalThis.crypto, 'randomUUID', 'crypto.randomUUID');
  for (const key of ['setTimeout', 'setInterval', 'setImmediate', 'fetch']) trap(globalThis, key, key);
  const modules: readonly [string, object, readonly string[]][] = [
    ['timers', timers, ['setTimeout', 'setInterval', 'setImmediate']],
    ['timers/promises', timersPromises, ['setTimeout', 'setInterval', 'setImmediate']],
    ['crypto', crypto, ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync']],
    ['dns', dns, ['lookup', 'resolve']],
    [
      'child_process',
      child_process,
      ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'],
    ],
    ['dgram', dgram, ['createSocket']],
    ['net', net, ['connect', 'createConnection', 'createServer']],
    [
      'fs',
      fs,
      [
        'open',
        'openSync',
        'readFile',
        'readFileSync',
        'writeFile',
        'writeFileSync',
        'appendFileSync',
        'statSync',
        'createReadStream',
        'createWriteStream',
        'existsSync',
        'readdirSync',
        'mkdirSync',
      ],
    ],
    ['fs/promises', fs.promises, ['open', 'readFile', 'writeFile', 'appendFile', 'stat', 'readdir', 'mkdir']],
  ];
  for (const [name, owner, keys] of modules) for (const key of keys) trap(owner, key, `${name}.${key}`);
  trap(net.Socket.prototype, 'connect', 'net.Socket.connect');
  module.syncBuiltinESMExports();
}

/** Puts the traps in (once a thread) and switches them on. */
export function enterSimulation(): void {
  install();
  simulating = true;
}

export function leaveSimulation(): void {
  simulating = false;
}

/** The first offence since the last call, even where the offender swallowed the error. */
export function takeOffence(): SimulationError | undefined {
  const offence = firstOffence;
  firstOffence = undefined;
  return offence;
}
