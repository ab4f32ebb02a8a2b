import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Node keeps what it stripped of its types and compiled: half of the time that a command or a worker takes to start.
 * An entry counts only for the same source and the same Node.
 */
export const compileCache = process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'node-compile-cache');

/** The environment of a worker that uses it as well. */
export const workerEnvironment = { ...process.env, NODE_COMPILE_CACHE: compileCache };
